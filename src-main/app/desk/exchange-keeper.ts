import { setTimeout as sleep } from 'node:timers/promises';
import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import type { Micros } from '../../../src-shared/domain/time.ts';
import type { Effect } from '../../core/engine/effect.ts';
import { type Sent, SimulatedExchangeLink } from '../../edge/venues/simulated-exchange-link.ts';
import type { ExchangeInput } from '../../edge/venues/simulated-wire.ts';
import { CANONICAL } from '../canonical-codec.ts';
import { type EnsureExchangeOptions, ensureExchange } from '../exchange/spawn-exchange.ts';
import { localSocket } from '../local-socket.ts';

export interface ExchangeKeeperOptions extends EnsureExchangeOptions {
  readonly instruments: readonly Instrument[];
  readonly onInput: (input: ExchangeInput) => void;
  /** The connection went, or came back. That it is there is what a desk begins with. */
  readonly onLink: (up: boolean, detail: string) => void;
  /** Hears, in words for a person, what happens to the exchange. */
  readonly told: (news: string) => void;
}

const CONNECT_ATTEMPTS = 2;
/** How soon after an exchange was started the keeper looks whether it is connected. */
const REVIVAL_LOOK_MS = 1_000;

/** The exchange of a data folder, as its desk sees it: started where there is none, connected, and started again when it is gone. */
export class ExchangeKeeper {
  private readonly options: ExchangeKeeperOptions;
  private link: SimulatedExchangeLink | null = null;
  private isLinkUp = false;
  private hasBegun = false;
  private isEnding = false;
  private isReviving = false;

  constructor(options: ExchangeKeeperOptions) {
    this.options = options;
  }

  get isUp(): boolean {
    return this.isLinkUp;
  }

  /** @returns the exchange's clock. @throws ExchangeStartError or LinkError when there is none to talk to. */
  async connect(): Promise<Micros | null> {
    const { directory, instruments, onInput } = this.options;
    for (let attempt = 1; this.link === null; attempt += 1) {
      await ensureExchange(this.options);
      try {
        this.link = await SimulatedExchangeLink.connect({
          path: localSocket(directory, 'exchange'),
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

  /** From here on every change is told; so is one that came since {@link connect}. */
  begin(): void {
    this.hasBegun = true;
    if (!this.isLinkUp) this.changed(false, 'lost while the desk began');
  }

  send(effect: Effect): Sent {
    return this.link?.send(effect) ?? { ok: false, reason: 'the exchange is not connected yet' };
  }

  /** Has the exchange cancel what rests and end; what it says until then still arrives. */
  async endExchange(): Promise<void> {
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
    if (!this.hasBegun || this.isEnding) return;
    const { onLink, told } = this.options;
    told(up ? 'the exchange is connected again' : `the exchange is gone: ${detail}`);
    onLink(up, detail);
    if (!up) void this.revive();
  }

  /** Until it is connected: it may have been killed, and a busy machine may take more than one attempt. */
  private async revive(): Promise<void> {
    if (this.isReviving) return;
    this.isReviving = true;
    while (!this.isLinkUp && !this.isEnding) {
      await ensureExchange(this.options).catch((error: Error) => this.options.told(error.message));
      await sleep(REVIVAL_LOOK_MS, undefined, { ref: false });
    }
    this.isReviving = false;
  }
}
