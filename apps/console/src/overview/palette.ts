/** How an area is filled besides its colour, so that the colour is not the only sign. */
export type Fill = 'plain' | 'diagonal' | 'dots' | 'across' | 'upright' | 'counter' | 'grid' | 'sparse';

export interface Series {
  readonly name: string;
  readonly label: string;
  /** Holds 3 : 1 on the grounds of both colour schemes. */
  readonly color: string;
  readonly fill: Fill;
}

export const OUTCOME_SERIES: readonly Series[] = [
  { name: 'verified', label: 'Verified', color: '#2f9e44', fill: 'plain' },
  { name: 'rejected', label: 'Rejected', color: '#e03131', fill: 'diagonal' },
  { name: 'needsReview', label: 'In review', color: '#e8590c', fill: 'dots' },
  { name: 'open', label: 'Open', color: '#1c7ed6', fill: 'across' },
  { name: 'expired', label: 'Expired', color: '#7b8794', fill: 'upright' },
  { name: 'canceled', label: 'Canceled', color: '#a9714b', fill: 'counter' },
  { name: 'revoked', label: 'Revoked', color: '#e64980', fill: 'grid' },
  { name: 'error', label: 'Error', color: '#0c8599', fill: 'sparse' },
];

const COLORS = ['#1c7ed6', '#e8590c', '#2f9e44', '#e64980', '#0c8599', '#a9714b', '#4c6ef5', '#7b8794'];
const FILLS: readonly Fill[] = [
  'plain',
  'diagonal',
  'dots',
  'across',
  'upright',
  'counter',
  'grid',
  'sparse',
];

/** Whatever the providers are called; the same one looks the same as long as the deployment does. */
export function providerSeries(providers: readonly { name: string; title: string }[]): readonly Series[] {
  return providers.map(({ name, title }, index) => ({
    name,
    label: title,
    color: COLORS[index % COLORS.length] ?? '#7b8794',
    fill: FILLS[index % FILLS.length] ?? 'plain',
  }));
}

export const PASS_RATE: Series = { name: 'passRate', label: 'Pass rate', color: '#2f9e44', fill: 'plain' };

export const TIMES: readonly Series[] = [
  { name: 'p50', label: 'Half are decided within', color: '#1c7ed6', fill: 'plain' },
  { name: 'p95', label: '95 of 100 within', color: '#e8590c', fill: 'across' },
];
