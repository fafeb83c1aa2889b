/** Who may do what at the desk. Whoever may see it may also stop it: stopping is cheap. */

export const ROLES = ['trader', 'risk', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** What a person may ask of the desk, in groups that a role has or has not. */
export interface RolePermissions {
  /** Make the control mode tighter. */
  readonly tighten: boolean;
  /** Make it looser, with a reason and nothing that stands against it. */
  readonly loosen: boolean;
  /** Cancel orders, close positions. */
  readonly exit: boolean;
  /** Stop a strategy, or let it trade again. */
  readonly strategies: boolean;
  /** Acknowledge and shelve alerts. */
  readonly alerts: boolean;
  /** Have orders, positions and balances compared with the venues. */
  readonly compare: boolean;
  /** Drill and reset the kill switch, handle an emulated one. */
  readonly killSwitch: boolean;
  /** Add operators, change roles. */
  readonly operators: boolean;
}

export const ROLE_TABLE: Readonly<Record<Role, RolePermissions>> = {
  trader: {
    ...{ tighten: true, loosen: true, exit: true, strategies: true, alerts: true, compare: true, killSwitch: true },
    operators: false,
  },
  risk: {
    ...{ tighten: true, loosen: true, exit: true, strategies: true, alerts: true, compare: true, killSwitch: true },
    operators: true,
  },
  viewer: {
    ...{ tighten: true, loosen: false, exit: false, strategies: false, alerts: false, compare: false },
    ...{ killSwitch: false, operators: false },
  },
};
