export const VIEW_PURPOSES = ['review', 'support', 'fraud', 'legal', 'other'] as const;
export type ViewPurpose = (typeof VIEW_PURPOSES)[number];

/** Why an operator looks at a person. Codes alone, because both are kept in the ledger, where free text could name somebody. */
export interface ViewReason {
  readonly purpose: ViewPurpose;
  /** Of the operator's own system of tickets. */
  readonly ticket: string | null;
}

/** What the entry of a view says of its reason; nothing for a tenant's own views, which need none. */
export function statedIn(reason: ViewReason | null): Readonly<Record<string, string>> {
  if (reason === null) return {};
  return { purpose: reason.purpose, ...(reason.ticket !== null && { ticket: reason.ticket }) };
}
