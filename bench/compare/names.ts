/** Who is measured: see docs/PERFORMANCE.md. */
export const NAMES = ['ours', 'b0', 'b1', 't', 'g'] as const;
export type Name = (typeof NAMES)[number];

/** Who has turns: besides them the vendor itself, called without a gateway between. */
export type Entrant = Name | 'direct';
