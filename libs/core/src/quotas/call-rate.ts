/** How the calls that a vendor takes in a minute are spread: a bucket that fills at an even rate. */
export interface CallRate {
  /** What the bucket holds: the most calls at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** What background work leaves in the bucket, for callers. */
  readonly reserve: number;
  /** How far callers may have gone beyond what there was before it is forgotten: a minute's worth. */
  readonly floor: number;
}

/** The vendor's minute and ours differ by how long requests are under way. */
const WINDOW_S = 65;
const BURST_SHARE = 0.1;

/**
 * In no minute more than `callsPerMinute`: a full bucket and what flows in while it is emptied make exactly that many in
 * {@link WINDOW_S}. `atLeast`: calls that one piece of work needs at once. Pure.
 */
export function callRate(callsPerMinute: number, atLeast: number): CallRate {
  const burst = Math.max(Math.ceil(callsPerMinute * BURST_SHARE), atLeast);
  return {
    burst,
    perSecond: Math.max(1, callsPerMinute - burst + 1) / WINDOW_S,
    reserve: Math.min(Math.floor(burst / 2), burst - atLeast),
    floor: -callsPerMinute,
  };
}
