import { DeskError } from '../../../src-shared/contract/errors.ts';
import type { Session } from '../../../src-shared/contract/methods.ts';
import { ROLE_TABLE, type RolePermissions } from '../../../src-shared/domain/operator.ts';
import type { AccessInput } from '../../core/engine/input.ts';
import type { OperatorRegistry, SignedIn } from '../../edge/operators/registry.ts';
import type { DeskWindow } from '../../edge/window/desk-server.ts';

/** Writes into the journal who came, went, or tried to. */
export type RecordAccess = (event: AccessInput['event'], operator: string, detail: string, count?: number) => void;

export const NOBODY = 'nobody';
/** People of this desk who are remembered though their window is closed. */
const MAX_SESSIONS = 100;

/**
 * Who sits at which window, and which window has control: one at a time, the others look on. Whoever can see the desk can make it
 * tighter, with control or without, signed in or not.
 */
export class WindowSessions {
  private readonly registry: OperatorRegistry;
  private readonly record: RecordAccess;
  /** By the peer's session: a window that is loaded again is still the same person's. */
  private readonly people = new Map<string, SignedIn>();
  private controller: DeskWindow | null = null;

  constructor(registry: OperatorRegistry, record: RecordAccess) {
    this.registry = registry;
    this.record = record;
  }

  arrived(window: DeskWindow): void {
    this.controller ??= window;
  }

  left(window: DeskWindow): void {
    if (this.controller === window) this.controller = null;
  }

  of(window: DeskWindow): Session {
    const operator = this.operatorOf(window);
    return {
      operator,
      hasControl: this.controller === window,
      isProtected: this.registry.isProtected,
      mayAddOperators: operator !== null && this.registry.mayManage(operator.role),
    };
  }

  /** Who acts at this window, for the record. */
  nameOf(window: DeskWindow): string {
    return this.operatorOf(window)?.name ?? NOBODY;
  }

  get controlledBy(): string | null {
    return this.controller === null ? null : this.nameOf(this.controller);
  }

  /** @throws DeskError `unauthorised` saying what is missing. */
  require(window: DeskWindow, permission: keyof RolePermissions): SignedIn {
    const operator = this.operatorOf(window);
    if (operator === null) throw unauthorised('nobody is signed in at this window');
    if (!ROLE_TABLE[operator.role][permission]) {
      throw unauthorised(`${operator.name} is signed in as ${operator.role}, who may not do this`);
    }
    this.requireControl(window);
    return operator;
  }

  async signIn(window: DeskWindow, name: string, pin: string | null): Promise<Session> {
    try {
      const operator = await this.registry.signIn(name, pin);
      this.people.delete(window.peer.sessionId);
      this.people.set(window.peer.sessionId, operator);
      const [oldest] = this.people.keys();
      if (this.people.size > MAX_SESSIONS && oldest !== undefined) this.people.delete(oldest);
      this.record('signed-in', operator.name, window.peer.address);
      return this.of(window);
    } catch (error) {
      // While a name is locked its PIN is not looked at: that is a message turned away, and counted as such.
      if (error instanceof DeskError && error.body.code === 'sign-in-failed')
        this.record('sign-in-failed', name, window.peer.address);
      throw error;
    }
  }

  signOut(window: DeskWindow): Session {
    const left = this.people.get(window.peer.sessionId);
    if (left && this.people.delete(window.peer.sessionId)) this.record('signed-out', left.name, window.peer.address);
    return this.of(window);
  }

  takeControl(window: DeskWindow): Session {
    const operator = this.operatorOf(window);
    if (operator === null) throw unauthorised('nobody is signed in at this window');
    if (!ROLE_TABLE[operator.role].exit)
      throw unauthorised(`${operator.name} is ${operator.role}, who has no use for control`);
    if (this.controller !== window) {
      this.controller = window;
      this.record('control-taken', this.nameOf(window), window.peer.address);
    }
    return this.of(window);
  }

  private operatorOf(window: DeskWindow): SignedIn | null {
    return this.people.get(window.peer.sessionId) ?? this.registry.local;
  }

  /** Where no window has control, the first that needs it takes it. */
  private requireControl(window: DeskWindow): void {
    if (this.controller === null) this.takeControl(window);
    if (this.controller === window) return;
    throw unauthorised(
      `this window only looks on: ${this.controlledBy} has control at another one. Take control first`,
    );
  }
}

export function unauthorised(detail: string): DeskError {
  return new DeskError({ code: 'unauthorised', detail });
}
