import { type Evidence, type Reading } from '@gatehouse/contract';

import { type SentinelHandle } from './sentinel.handle.js';

/**
 * The reading with the number of images. Only of what is decided, because before then they may belong to an earlier round,
 * and once for each state of the record, because that takes a call that is not light. `count` gives null if it failed:
 * then the last number stands, if there is one, and the next read tries again.
 */
export async function withImageCount(
  reading: Reading,
  handle: SentinelHandle,
  count: () => Promise<number | null>,
): Promise<Reading> {
  if (reading.kind !== 'present' || !isCountable(reading)) return reading;
  const { providerTime } = reading.observation;
  const isCounted = handle.imagesOf !== null && handle.imagesOf === providerTime;
  const counted = isCounted ? handle.images : await count();
  const images = counted ?? handle.images;
  return {
    ...withImages(reading, images),
    handlePatch:
      counted === null
        ? reading.handlePatch
        : { ...reading.handlePatch, images: counted, imagesOf: providerTime },
    evidence: reading.evidence === null ? null : { ...reading.evidence, images },
  };
}

type Present = Extract<Reading, { kind: 'present' }>;

/** The reading with a number of images that is known; null: it is not. */
export function withImages(reading: Present, images: number | null): Present {
  if (images === null || !isCountable(reading)) return reading;
  return { ...reading, observation: { ...reading.observation, evidence: evidenceOf(images) } };
}

function isCountable({ identity, observation: { verdict } }: Present): boolean {
  if (identity === null) return false;
  return verdict === 'verified' || verdict === 'rejected' || verdict === 'needs_review';
}

/** Sentinel keeps images without an end, and its report has no API (providers/sentinel.md 9, 10). */
function evidenceOf(images: number): Evidence {
  return { images, imagesUntil: null, report: false, reportUntil: null };
}
