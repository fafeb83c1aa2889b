import { z } from 'zod';

// Interpreted schemas: zod's compiled ones need `new Function`, which a strict content security policy forbids. Every module that
// makes a schema imports this one first.
z.config({ jitless: true });
