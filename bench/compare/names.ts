/** Who is measured: see docs/PERFORMANCE.md. */
export const NAMES = ['ours', 'b0', 'b1', 't', 'g'] as const;
export type Name = (typeof NAMES)[number];
