import { type Role } from '../session/session.js';

/** Who a role is for. What exactly it may do stands in the API's own document. */
export const ROLES = {
  admin: 'Sets everything up: tenants, keys, connections, switches, other operators.',
  support: 'Looks after tenants and deliveries, and sees nobody’s identity.',
  auditor: 'Reads and checks the ledger, and changes nothing.',
  approver: 'Is the second pair of eyes: approves switches and decides reviews.',
} as const satisfies Record<Role, string>;

export const ALL_ROLES = Object.keys(ROLES) as Role[];
