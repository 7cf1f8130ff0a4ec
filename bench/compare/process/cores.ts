import { median } from '../median.js';
import { CORES, type Layout, type Part } from './layout.js';
import { busyMs } from './process-tree.js';

/** How much of each core's time something ran on it, the system's own work and that of neighbours as well; from 0 to 1. */
export type CoresBusy = Readonly<Record<Part, number>>;

/** From now on; null where a process has no core of its own. */
export function watchCores(layout: Layout): () => CoresBusy | null {
  const before = { server: busyMs(CORES.server), rest: busyMs(CORES.rest) };
  const began = performance.now();
  return () => {
    if (layout === 'free') return null;
    const passedMs = performance.now() - began;
    const share = (part: Part): number => Math.min(1, (busyMs(CORES[part]) - before[part]) / passedMs);
    return { server: share('server'), rest: share('rest') };
  };
}

/** Null where it was not looked at. */
export function middleOfCores(all: readonly (CoresBusy | null)[]): CoresBusy | null {
  const seen = all.filter((one) => one !== null);
  if (seen.length === 0) return null;
  return { server: median(seen.map(({ server }) => server)), rest: median(seen.map(({ rest }) => rest)) };
}
