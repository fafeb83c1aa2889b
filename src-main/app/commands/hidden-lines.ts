import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../usage-error.ts';

/** Where secrets are typed or piped in. */
export interface SecretInput {
  readonly stream: NodeJS.ReadableStream;
  /** Somebody sits there: they are asked, and what they type is not shown. */
  readonly isTerminal: boolean;
  readonly say: (text: string) => void;
}

export function standardInput(): SecretInput {
  const say = (text: string): void => void process.stderr.write(text);
  return { stream: process.stdin, isTerminal: process.stdin.isTTY, say };
}

/** Lines that are never shown: asked for one by one in a terminal, or just read where nobody sits. */
export class HiddenLines {
  readonly isTerminal: boolean;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;
  private readonly say: (text: string) => void;

  constructor({ stream, isTerminal, say }: SecretInput) {
    this.isTerminal = isTerminal;
    this.say = isTerminal ? say : () => {};
    // A terminal that echoes to nowhere: keys like backspace work, and nothing appears.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    this.reader = createInterface({ input: stream, output: nowhere, terminal: isTerminal, historySize: 0 });
    this.reader.on('SIGINT', () => this.reader.close());
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  /** @param what names it to a person: `passphrase`. @throws UsageError when there is no further line, or it is empty. */
  async next(what: string): Promise<string> {
    this.say(`${what}: `);
    const { value, done } = await this.lines.next();
    this.say('\n');
    if (done === true) throw new UsageError(`the input ended before the ${what}`);
    if (value === '') throw new UsageError(`the ${what} is empty`);
    return value;
  }

  close(): void {
    this.reader.close();
  }
}
