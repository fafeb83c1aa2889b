import { hash } from 'node:crypto';
import { canonical } from '../core/engine/canonical.ts';
import type { Fact } from '../core/engine/fact.ts';

export interface FactChainSnapshot {
  readonly factsHash: string;
  readonly ordersHash: string;
}

const GENESIS = '0'.repeat(64);

/**
 * The hash of a run: each fact's SHA-256 covers its predecessor's, so the last one stands for all of them in their order.
 * `ordersHash` covers the facts about orders alone.
 */
export class FactChain {
  factsHash = GENESIS;
  ordersHash = GENESIS;

  add(fact: Fact): void {
    this.addText(fact.kind, canonical(fact));
  }

  /** @param text the fact's canonical text. */
  addText(kind: Fact['kind'], text: string): void {
    this.factsHash = hash('sha256', this.factsHash + text);
    if (kind.startsWith('order-')) this.ordersHash = hash('sha256', this.ordersHash + text);
  }

  snapshot(): FactChainSnapshot {
    return { factsHash: this.factsHash, ordersHash: this.ordersHash };
  }

  restore({ factsHash, ordersHash }: FactChainSnapshot): void {
    this.factsHash = factsHash;
    this.ordersHash = ordersHash;
  }
}
