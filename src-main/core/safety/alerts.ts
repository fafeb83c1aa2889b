import type { Instrument } from '../../../src-shared/domain/instrument.ts';
import { MICROS_PER_SECOND, type Micros } from '../../../src-shared/domain/time.ts';
import type { Room, Turn } from '../engine/engine.ts';
import type { AlertFact, AlertKind, AlertPriority, Fact } from '../engine/fact.ts';
import type { Input, OperatorInput } from '../engine/input.ts';
import { shown } from '../engine/shown.ts';
import { type AlertedOrders, alertId, type Condition, changesBy } from './alert-conditions.ts';
import { ALERT_TEXTS } from './alert-texts.ts';

/** Something that a person has to know, with what it means and what to do. */
export interface Alert {
  /** `kind:subject`. */
  readonly id: string;
  readonly kind: AlertKind;
  readonly priority: AlertPriority;
  readonly subject: string;
  readonly title: string;
  /** With what happened this time. */
  readonly cause: string;
  readonly consequence: string;
  readonly action: string;
  readonly state: 'active' | 'cleared';
  readonly acknowledgedBy: string | null;
  readonly shelvedUntil: Micros | null;
  readonly raisedAt: Micros;
  readonly changedAt: Micros;
  /** How often it was raised since the journal began. */
  readonly count: number;
}

/** What changes of an alert. */
type AlertState = Pick<Alert, 'state' | 'acknowledgedBy' | 'shelvedUntil' | 'raisedAt' | 'changedAt' | 'count'>;

interface Raised extends Condition, AlertState {
  /** Null before the first time. */
  readonly clearedAt: Micros | null;
}

export interface AlertsSnapshot {
  readonly standing: readonly Condition[];
  readonly raised: readonly Raised[];
}

/** Cleared ones that are older are forgotten first; with none of them left nothing new is raised. */
const MAX_ALERTS = 1_000;
/** An alert that comes back so soon after it cleared is the same one: whoever acknowledged it is not asked again. */
const CHATTER_MICROS = 10 * MICROS_PER_SECOND;

/**
 * Alerts after ISA-18.2: raised once and standing until what they tell of is over, however often it is repeated. The conditions
 * are folded from facts; at the end of a turn alerts follow them, so what comes and goes within one turn is none.
 */
export class Alerts implements Room {
  readonly name = 'alerts';
  readonly hearsMarket = false;
  private readonly instruments: readonly Instrument[];
  private readonly orders: AlertedOrders;
  /** By id. */
  private standing = new Map<string, Condition>();
  /** By id, in the order they were first raised. */
  private raised = new Map<string, Raised>();
  /** Ids of active ones that tell of something new, which no fact says yet. */
  private readonly repeated = new Set<string>();
  /** Whether alerts and conditions may differ. */
  private isBehind = true;

  /**
   * @param instruments the whitelist, each at the index of its id.
   * @param orders must have folded a fact before it comes here.
   */
  constructor(instruments: readonly Instrument[], orders: AlertedOrders) {
    this.instruments = instruments;
    this.orders = orders;
  }

  /** Active ones, and cleared ones that are not forgotten, in the order they were first raised. */
  all(): readonly Alert[] {
    return Array.from(this.raised, ([id, raised]) => alertOf(id, raised));
  }

  get(id: string): Alert | undefined {
    const raised = this.raised.get(id);
    return raised && alertOf(id, raised);
  }

  accept(input: Input, turn: Turn): void {
    if (input.kind === 'operator') this.command(input, turn);
  }

  fold(fact: Fact): void {
    switch (fact.kind) {
      case 'alert-raised':
        this.raise(fact);
        return;
      case 'alert-repeated':
        this.repeat(fact);
        return;
      case 'alert-cleared':
        this.change(fact, { state: 'cleared', clearedAt: fact.at });
        return;
      case 'alert-acknowledged':
        this.change(fact, { acknowledgedBy: fact.operator });
        this.seen(fact.alert);
        return;
      case 'alert-shelved':
        this.change(fact, { shelvedUntil: fact.untilAt });
        return;
      default:
        this.follow(fact);
    }
  }

  /** Stands behind every other room: what they decide at the end of a turn is known here. */
  settle(turn: Turn): void {
    if (!this.isBehind) return;
    this.isBehind = false;
    for (const id of [...this.repeated]) {
      const condition = this.standing.get(id);
      if (condition && this.isActive(id)) turn.emit({ kind: 'alert-repeated', alert: id, detail: condition.detail });
    }
    this.repeated.clear();
    for (const [id, condition] of this.standing) {
      if (this.isActive(id) || !this.hasRoomFor(id)) continue;
      const { alertKind, subject, detail } = condition;
      const { priority } = ALERT_TEXTS[alertKind];
      turn.emit({ kind: 'alert-raised', alert: id, alertKind, subject, priority, detail });
    }
    for (const id of [...this.raised.keys()]) {
      if (this.isActive(id) && !this.standing.has(id)) turn.emit({ kind: 'alert-cleared', alert: id });
    }
  }

  snapshot(): AlertsSnapshot {
    return {
      standing: Array.from(this.standing.values(), (condition) => ({ ...condition })),
      raised: Array.from(this.raised.values(), (raised) => ({ ...raised })),
    };
  }

  restore({ standing, raised }: AlertsSnapshot): void {
    this.standing = new Map(standing.map((condition) => [alertId(condition), { ...condition }]));
    this.raised = new Map(raised.map((of) => [alertId(of), { ...of }]));
    this.repeated.clear();
    this.isBehind = true;
  }

  private command({ commandId, operator, command }: OperatorInput, turn: Turn): void {
    if (command.type !== 'acknowledge-alert' && command.type !== 'shelve-alert') return;
    const alert = shown(command.alert);
    const refusal = this.refusalOf(command, turn.at);
    if (refusal !== null) {
      turn.emit({ kind: 'command-refused', commandId, command: command.type, operator, reason: refusal });
    } else if (command.type === 'acknowledge-alert') turn.emit({ kind: 'alert-acknowledged', alert, operator });
    else turn.emit({ kind: 'alert-shelved', alert, operator, untilAt: command.untilAt });
  }

  private refusalOf(command: Extract<OperatorInput['command'], { readonly alert: string }>, at: Micros): string | null {
    const raised = this.raised.get(command.alert);
    if (raised === undefined) return `there is no alert ${shown(command.alert)}`;
    if (command.type === 'acknowledge-alert') {
      return raised.acknowledgedBy === null ? null : `${raised.acknowledgedBy} has acknowledged it already`;
    }
    if (!Number.isSafeInteger(command.untilAt) || command.untilAt <= at)
      return 'it can be shelved until a later time only';
    return null;
  }

  private follow(fact: Fact): void {
    const { begun, ended } = changesBy(fact, this.instruments, this.orders, (id) => this.standing.has(id));
    for (const condition of begun) this.stand(condition);
    for (const id of ended) if (this.standing.delete(id)) this.isBehind = true;
  }

  /** A condition that stands already counts once more if it tells of something new. */
  private stand(condition: Condition): void {
    const id = alertId(condition);
    const before = this.standing.get(id);
    if (before?.aspect === condition.aspect) return;
    this.standing.set(id, condition);
    if (this.isActive(id)) this.repeated.add(id);
    this.isBehind = true;
  }

  private repeat({ alert: id, detail, at }: Fact & AlertFact & { kind: 'alert-repeated' }): void {
    this.repeated.delete(id);
    const raised = this.raised.get(id);
    const aspect = this.standing.get(id)?.aspect ?? '';
    if (raised) this.raised.set(id, { ...raised, detail, aspect, count: raised.count + 1, changedAt: at });
  }

  private raise({ alert: id, alertKind, subject, detail, at }: Fact & AlertFact & { kind: 'alert-raised' }): void {
    const before = this.raised.get(id);
    const aspect = this.standing.get(id)?.aspect ?? '';
    if (before === undefined) this.forgetOne();
    const { acknowledgedBy = null, shelvedUntil = null, clearedAt = null, count = 0 } = before ?? {};
    const isChatter = clearedAt !== null && at - clearedAt < CHATTER_MICROS && !ALERT_TEXTS[alertKind].endsWhenSeen;
    this.raised.set(id, {
      ...{ alertKind, subject, detail, aspect, clearedAt },
      shelvedUntil: isChatter ? shelvedUntil : null,
      state: 'active',
      acknowledgedBy: isChatter ? acknowledgedBy : null,
      raisedAt: at,
      changedAt: at,
      count: count + 1,
    });
  }

  private change({ alert, at }: Fact & AlertFact, to: Partial<Raised>): void {
    const raised = this.raised.get(alert);
    if (raised) this.raised.set(alert, { ...raised, ...to, changedAt: at });
  }

  private seen(id: string): void {
    const condition = this.standing.get(id);
    if (condition === undefined || !ALERT_TEXTS[condition.alertKind].endsWhenSeen) return;
    this.standing.delete(id);
    this.isBehind = true;
  }

  private isActive(id: string): boolean {
    return this.raised.get(id)?.state === 'active';
  }

  private hasRoomFor(id: string): boolean {
    return this.raised.size < MAX_ALERTS || this.raised.has(id) || this.oldestCleared() !== undefined;
  }

  private forgetOne(): void {
    if (this.raised.size < MAX_ALERTS) return;
    const id = this.oldestCleared();
    if (id !== undefined) this.raised.delete(id);
  }

  private oldestCleared(): string | undefined {
    for (const [id, { state }] of this.raised) if (state === 'cleared') return id;
    return undefined;
  }
}

function alertOf(id: string, { alertKind: kind, subject, detail, ...raised }: Raised): Alert {
  const { priority, title, cause, consequence, action } = ALERT_TEXTS[kind];
  const { state, acknowledgedBy, shelvedUntil, raisedAt, changedAt, count } = raised;
  const texts = { title, cause: detail === '' ? `${cause}.` : `${cause}: ${detail}`, consequence, action };
  return { id, kind, priority, subject, ...texts, state, acknowledgedBy, shelvedUntil, raisedAt, changedAt, count };
}
