/** What became of one attempt to cancel everything at a venue. */
export interface KillProof {
  /** Whether the venue itself said that nothing is open. */
  readonly proven: boolean;
  readonly survivors: readonly string[];
  /** What went wrong on the way, oldest first. */
  readonly faults: readonly string[];
  /** From the call to the last cancel on the wire, ms. */
  readonly lastCancelMs: number;
}

/** Cancels everything at one venue, over a connection of its own. */
export interface KillRoute {
  readonly venue: string;
  /** Cancels again and again until a query shows nothing, or until `giveUpMs` have passed. */
  cancelAll(giveUpMs: number): Promise<KillProof>;
  close(): void;
}

export interface VenueKillParts {
  readonly route: KillRoute;
  readonly proofMs: number;
  readonly nowMs: () => number;
  /** Hears each attempt that shows something new. */
  readonly onProof: (proof: KillProof, startedMs: number) => void;
}

/** Between attempts that prove nothing. */
const RETRY_MS = 250;

/** The kill at one venue: attempts follow each other until one proves that nothing is open. */
export class VenueKill {
  private readonly parts: VenueKillParts;
  /** How often a proof was asked for, and which of these is the last one that was given. */
  private asked = 0;
  private given = 0;
  private isRunning = false;
  private retryAtMs = 0;
  private toldUnproven = '';

  constructor(parts: VenueKillParts) {
    this.parts = parts;
  }

  /** Whether it is proven that nothing is open, as often as it was asked for. */
  get isProven(): boolean {
    return this.given === this.asked;
  }

  /** Asks for a proof that begins after this call. */
  prove(): void {
    this.asked += 1;
    this.retryAtMs = 0;
    this.tick();
  }

  tick(): void {
    if (this.isProven || this.isRunning || this.parts.nowMs() < this.retryAtMs) return;
    void this.attempt();
  }

  close(): void {
    this.given = this.asked;
    this.parts.route.close();
  }

  private async attempt(): Promise<void> {
    const { route, proofMs, nowMs } = this.parts;
    const { asked } = this;
    this.isRunning = true;
    const startedMs = nowMs();
    let proof: KillProof;
    try {
      proof = await route.cancelAll(proofMs);
    } catch (error) {
      const faults = [error instanceof Error ? error.message : String(error)];
      proof = { proven: false, survivors: [], faults, lastCancelMs: 0 };
    }
    this.isRunning = false;
    if (proof.proven) this.given = Math.max(this.given, asked);
    else this.retryAtMs = nowMs() + RETRY_MS;
    this.tell(proof, startedMs);
    this.tick();
  }

  /** What a venue repeats is told once: nobody may be listening, and it would pile up. */
  private tell(proof: KillProof, startedMs: number): void {
    const text = proof.proven ? '' : `${proof.survivors.join()};${proof.faults.at(-1)}`;
    if (!proof.proven && text === this.toldUnproven) return;
    this.toldUnproven = text;
    this.parts.onProof(proof, startedMs);
  }
}
