import { type Name } from './names.js';
import { type Footprint } from './footprint.js';
import { type InFlight } from './in-flight.js';
import { type Added, type Half, type Rates } from './measures.js';
import { median } from './median.js';
import { type Result } from './rounds.js';
import { type Starts } from './starts.js';
import { type Sample } from './turn.js';
import { type Webhooks } from './webhooks.js';

/** All that one run has measured; what was not asked for is null. */
export interface Figures {
  /** By the vendor's delay in milliseconds. */
  readonly creates: ReadonlyMap<number, Result> | null;
  readonly reads: Result | null;
  readonly half: Half | null;
  /** Of creates that were repeated, which led to no call of the vendor. */
  readonly replays: Result | null;
  readonly latency: { readonly added: ReadonlyMap<Name, Added>; readonly isNoisy: boolean } | null;
  readonly rates: Rates | null;
  readonly webhooks: Webhooks | null;
  readonly starts: Starts | null;
  readonly footprint: Footprint | null;
  readonly inFlight: InFlight | null;
  /** Creates with all processes where the system puts them. */
  readonly free: Result | null;
}

export function medianOf(
  result: Result | null | undefined,
  name: Name,
  of: (sample: Sample) => number,
): number | null {
  const samples = result?.samples.get(name) ?? [];
  return samples.length === 0 ? null : median(samples.map(of));
}

/** Under the names that issue and goals use; null where it was not measured. */
export type Summary = Readonly<
  Record<
    | 'createVsB0'
    | 'createVsT'
    | 'createVsG'
    | 'readVsB0'
    | 'addedP50Ms'
    | 'addedP99Ms'
    | 'ingestPerS'
    | 'throughPerS'
    | 'deliveryP50Ms'
    | 'deliveryP99Ms'
    | 'coldStartS'
    | 'idleMb'
    | 'loadedMb',
    number | null
  >
> & {
  readonly noisy: boolean;
  /** Of the figures, those that are endless, because as many were refused: JSON has no Infinity, so they are null there. */
  readonly endless: readonly string[];
};

export function summaryOf(figures: Figures): Summary {
  const { creates, reads, half, replays, latency, rates, webhooks, starts, footprint, inFlight, free } =
    figures;
  const atOnce = creates?.get(0);
  const added = latency?.added.get('ours');
  const measured = [
    ...(creates?.values() ?? []),
    reads,
    half?.result,
    replays,
    latency,
    rates,
    webhooks,
    starts,
    footprint,
    inFlight,
    free,
  ];
  const numbers = {
    createVsB0: ratio(atOnce, 'b0'),
    createVsT: ratio(atOnce, 't'),
    createVsG: ratio(atOnce, 'g'),
    readVsB0: ratio(reads, 'b0'),
    addedP50Ms: rounded(added?.p50),
    addedP99Ms: rounded(added?.p99),
    ingestPerS: rounded(webhooks?.ingestPerS),
    throughPerS: rounded(webhooks?.throughPerS),
    deliveryP50Ms: rounded(webhooks?.delivery.p50),
    deliveryP99Ms: rounded(webhooks?.delivery.p99),
    coldStartS: rounded(starts === null ? null : median(starts.readyAfterS)),
    idleMb: rounded(footprint?.idleMb),
    loadedMb: rounded(footprint?.loadedMb),
  };
  return {
    ...numbers,
    noisy: measured.some((result) => result?.isNoisy === true),
    endless: Object.entries(numbers).flatMap(([name, value]) => (value === Infinity ? [name] : [])),
  };
}

/** Of requests per second: ours to another's. */
export function ratio(result: Result | null | undefined, other: Name): number | null {
  const [ours, theirs] = (['ours', other] as const).map((name) =>
    medianOf(result, name, ({ perSecond }) => perSecond),
  );
  return ours == null || theirs == null ? null : rounded(ours / theirs);
}

export function rounded(value: number | null | undefined): number | null {
  return value == null ? null : Math.round(value * 100) / 100;
}
