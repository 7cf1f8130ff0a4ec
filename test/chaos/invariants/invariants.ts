/** RELIABILITY's invariants, in its order. */
export const INVARIANTS = {
  I1: 'every create answered 2xx is readable, listed and in the ledger',
  I2: 'one verification at the vendor for a key; nobody texted twice',
  I3: 'every webhook acknowledged is stored once and applied once',
  I4: 'statuses move legally and end as they must',
  I5: 'every change is delivered, nothing else is',
  I6: 'no message is accepted again but for a sending that was cut off',
  I7: 'the ledger verifies: one chain each, dense positions',
  I8: 'no work is left lying',
  I9: 'a key has one answer, byte by byte',
  I10: 'creates are answered well again within ten seconds; fifteen where a standby takes over',
} as const;
export type Invariant = keyof typeof INVARIANTS;
