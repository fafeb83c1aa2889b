import { setTimeout as sleep } from 'node:timers/promises';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import type { Sent, Venue, VenueCapabilities, VenueParts, VenueStatus } from '../../edge/venues/venue.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { type EnsureExchangeOptions, ensureExchange } from '../exchange/spawn-exchange.ts';
import { localSocket } from '../local-socket.ts';

const CONNECT_ATTEMPTS = 2;
/** How soon after an exchange was started this looks whether it is connected. */
const REVIVAL_LOOK_MS = 1_000;

/** Paper money is unlimited, and nobody is kept out: the exchange has no account to compare with, and no limits of its own. */
export const SIMULATED_CAPABILITIES: VenueCapabilities = {
  orderTypes: ['limit', 'market', 'stop-market', 'stop-limit'],
  postOnly: true,
  reduceOnly: true,
  clientOrderId: /^[0-9a-f]{32}$/,
  clientOrderIdUnique: 'forever',
  replace: 'atomic',
  massCancel: 'none',
  deadMan: 'none',
  maxBatchPlace: 1,
  maxBatchCancel: 1,
  rateLimits: [],
  fees: () => null,
};

/** The exchange of a data folder, as its desk sees it: started where there is none, connected, and started again when it is gone. */
export class SimulatedVenue implements Venue {
  readonly capabilities = SIMULATED_CAPABILITIES;
  private readonly options: EnsureExchangeOptions;
  private readonly parts: VenueParts;
  private link: SimulatedExchangeLink | null = null;
  private detail = 'not connected yet';
  private isLinkUp = false;
  private hasBegun = false;
  private isEnding = false;
  private isReviving = false;

  constructor(options: EnsureExchangeOptions, parts: VenueParts) {
    this.options = options;
    this.parts = parts;
  }

  get isUp(): boolean {
    return this.isLinkUp;
  }

  /** @returns the exchange's clock. @throws ExchangeStartError or LinkError when there is none to talk to. */
  async connect(): Promise<Micros | null> {
    const { instruments, onInput } = this.parts;
    for (let attempt = 1; this.link === null; attempt += 1) {
      await ensureExchange(this.options);
      try {
        this.link = await SimulatedExchangeLink.connect({
          path: localSocket(this.options.directory, 'exchange'),
          codec: CANONICAL,
          instruments,
          onInput,
          onLink: (up, detail) => this.changed(up, detail),
        });
      } catch (error) {
        // The one that answered a moment ago may just have been ending.
        if (attempt === CONNECT_ATTEMPTS) throw error;
      }
    }
    return this.link.greetedAt;
  }

  begin(): void {
    this.hasBegun = true;
    if (!this.isLinkUp) this.changed(false, 'lost while the desk began');
  }

  send(effect: Effect): Sent {
    return this.link?.send(effect) ?? { ok: false, reason: 'the exchange is not connected yet' };
  }

  status(): VenueStatus {
    return {
      venue: this.parts.name,
      simulated: true,
      state: this.isLinkUp ? 'up' : 'down',
      detail: this.detail,
      connections: [],
      latencies: [],
      clock: null,
      budget: [],
      restingUntil: null,
      deadMan: { state: 'none', firesInMs: null },
    };
  }

  /** Nothing here waits for a person. */
  resumed(): void {}

  /** Has the exchange cancel what rests and end; what it says until then still arrives. */
  async end(): Promise<void> {
    this.isEnding = true;
    await this.link?.endExchange();
  }

  /** The exchange goes on. */
  close(): void {
    this.isEnding = true;
    this.link?.close();
  }

  private changed(up: boolean, detail: string): void {
    this.isLinkUp = up;
    this.detail = detail;
    if (!this.hasBegun || this.isEnding) return;
    const { onLink, told } = this.parts;
    told(up ? 'the exchange is connected again' : `the exchange is gone: ${detail}`);
    onLink(up, detail);
    if (!up) void this.revive();
  }

  /** Until it is connected: it may have been killed, and a busy machine may take more than one attempt. */
  private async revive(): Promise<void> {
    if (this.isReviving) return;
    this.isReviving = true;
    while (!this.isLinkUp && !this.isEnding) {
      await ensureExchange(this.options).catch((error: Error) => this.parts.told(error.message));
      await sleep(REVIVAL_LOOK_MS, undefined, { ref: false });
    }
    this.isReviving = false;
  }
}
