/** Something that was refused at the desk's door: of one kind, from one place, so many times. */
export interface Denial {
  readonly who: string;
  readonly detail: string;
  readonly count: number;
}

interface Counted {
  readonly who: string;
  detail: string;
  count: number;
}

/** Kinds that are told apart at once; whatever comes above goes under one name. */
const MAX_KINDS = 64;
const OTHERS = 'several others';

/**
 * What was refused, on its way into the journal: the first of a kind at once, its repetitions counted and told together. A flood
 * of refusals makes a few facts a second, and none is lost.
 */
export class Denials {
  private readonly record: (denial: Denial) => void;
  /** Of this second, by kind. The first of each was told. */
  private counted = new Map<string, Counted>();

  constructor(record: (denial: Denial) => void) {
    this.record = record;
  }

  add(who: string, kind: string, detail: string): void {
    const own = `${who} ${kind}`;
    const isKnown = this.counted.has(own);
    const hasRoom = isKnown || this.counted.size < MAX_KINDS;
    const [key, name] = hasRoom ? [own, who] : [OTHERS, OTHERS];
    const known = this.counted.get(key);
    if (known) {
      known.count += 1;
      known.detail = detail;
      return;
    }
    this.counted.set(key, { who: name, detail, count: 0 });
    this.record({ who: name, detail, count: 1 });
  }

  /** To be called once a second. */
  flush(): void {
    for (const { who, detail, count } of this.counted.values()) {
      if (count > 0) this.record({ who, detail, count });
    }
    this.counted.clear();
  }
}
