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
  if (reading.kind !== 'present' || reading.identity === null || !isDecided(reading)) return reading;
  const { providerTime } = reading.observation;
  const isCounted = handle.imagesOf !== null && handle.imagesOf === providerTime;
  const counted = isCounted ? handle.images : await count();
  const images = counted ?? handle.images;
  return {
    ...reading,
    observation: { ...reading.observation, evidence: images === null ? null : evidenceOf(images) },
    handlePatch:
      counted === null
        ? reading.handlePatch
        : { ...reading.handlePatch, images: counted, imagesOf: providerTime },
  };
}

function isDecided({ observation: { verdict } }: Extract<Reading, { kind: 'present' }>): boolean {
  return verdict === 'verified' || verdict === 'rejected' || verdict === 'needs_review';
}

/** Sentinel keeps images without an end, and its report has no API (providers/sentinel.md 9, 10). */
function evidenceOf(images: number): Evidence {
  return { images, imagesUntil: null, report: false, reportUntil: null };
}
