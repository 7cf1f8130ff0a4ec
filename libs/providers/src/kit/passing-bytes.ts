import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Pieces that were passed on lie outside JavaScript's heap, where Node leaves tens of megabytes of them before it tidies up. After
 * so many bytes its young generation is collected: a millisecond. Twice as often, pieces still on their way would be
 * taken for lasting ones, and stay for longer (docs/decisions/2026-11-24-bytes-pass-through.md has the figures).
 */
const BYTES_PER_COLLECTION = 10 * 1024 * 1024;

const collect = garbageCollector();
let passed = 0;

/** Counts bytes of a vendor's answer that are let through, over all answers of this process. */
export function letPass(bytes: number): void {
  passed += bytes;
  if (passed < BYTES_PER_COLLECTION) return;
  passed = 0;
  collect({ type: 'minor' });
}

/** Node has it, but shows it only to contexts that are made after it was asked to. */
function garbageCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NodeJS.GCFunction;
}
