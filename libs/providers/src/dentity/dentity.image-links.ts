import { type Evidence, type ImageKind, type ImageLink } from '@gatehouse/contract';

import { toInstant } from '../kit/dates.js';
import { isAllowedImageUrl } from '../kit/image-host.js';
import { type DentitySettings } from './dentity.config.js';
import { type DentityWebhook } from './dentity.wire.js';

/** As documented: a minute from when Dentity obtained the link (providers/dentity.md 7). */
const DEFAULT_LIFETIME_S = 60;
/** Whoever has a link has the image, so none is kept for longer, whatever it says of itself. */
const MAX_LIFETIME_S = 600;
/** Of a vendor's own words within a key. */
const MAX_WORD = 64;

/** The images that a webhook brought and that may be fetched. */
export function imageLinksOf(
  sets: DentityWebhook['idvImages'],
  { imageHosts }: Pick<DentitySettings, 'imageHosts'>,
): readonly ImageLink[] {
  const used = new Map<string, number>();
  return sets.flatMap(({ category, images }) =>
    Object.entries(images ?? {}).flatMap(([name, url]) => {
      if (typeof url !== 'string') return [];
      // Counted before anything is left out, so that a key does not depend on the settings.
      const key = numbered(`${word(category ?? 'unknown')}/${word(name)}`, used);
      if (!isAllowedImageUrl(url, imageHosts)) return [];
      const kind = KINDS.get(name) ?? 'other';
      return [{ key, kind, document: null, mediaType: null, url, lifetimeSeconds: lifetimeOf(url) }];
    }),
  );
}

/**
 * What images there are, and until when; null where there is none. Of links that do not say it, nobody here knows when they
 * came: the core keeps them for their `lifetimeSeconds`.
 */
export function imageEvidenceOf(links: readonly ImageLink[]): Evidence | null {
  if (links.length === 0) return null;
  const [earliest = null] = links.flatMap((link) => endOf(link) ?? []).sort();
  return { images: links.length, imagesUntil: earliest, report: false, reportUntil: null };
}

/** Plaid's names, whose agent Dentity's sample comes from: `face` is cut out of the document (INFERRED). */
const KINDS: ReadonlyMap<string, ImageKind> = new Map([
  ['face', 'document_portrait'],
  ['cropped_front', 'document_front_cropped'],
  ['cropped_back', 'document_back_cropped'],
  ['original_front', 'document_front'],
  ['original_back', 'document_back'],
]);

function word(text: string): string {
  return text.slice(0, MAX_WORD).toWellFormed();
}

/** Two sets may be of one category. */
function numbered(name: string, used: Map<string, number>): string {
  const count = (used.get(name) ?? 0) + 1;
  used.set(name, count);
  return count === 1 ? name : `${name}/${count}`;
}

function lifetimeOf(url: string): number {
  const seconds = parameter(url, 'X-Amz-Expires');
  if (seconds === null || !/^\d{1,9}$/u.test(seconds)) return DEFAULT_LIFETIME_S;
  return Math.min(Math.max(Number(seconds), 1), MAX_LIFETIME_S);
}

/** Counted from when the link was signed, not from when it came here (providers/dentity.md 7). */
function endOf({ url, lifetimeSeconds }: ImageLink): string | null {
  const written = parameter(url, 'X-Amz-Date') ?? '';
  const signedAt = toInstant(
    written.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/u, '$1-$2-$3T$4:$5:$6Z'),
  );
  return signedAt === null ? null : new Date(Date.parse(signedAt) + lifetimeSeconds * 1000).toISOString();
}

function parameter(url: string, name: string): string | null {
  return URL.parse(url)?.searchParams.get(name) ?? null;
}
