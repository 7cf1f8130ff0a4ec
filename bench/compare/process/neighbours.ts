import { busyMs, cpuMsOf } from './process-tree.js';

/** More than this, in cores, and what was measured says as much of the neighbours. */
export const FOREIGN_CPU = 0.3;

/** From now on: how many cores were busy with what is not the bench's. */
export function watchNeighbours(): () => number {
  const foreignMs = (): number => busyMs() - cpuMsOf(process.pid);
  const before = foreignMs();
  const began = performance.now();
  return () => (foreignMs() - before) / (performance.now() - began);
}
