import { InvalidShape } from '@gatehouse/contract';
import { z } from 'zod';

/** Stands for what was taken out of a body before it may be kept. Not null: that something was there can matter. */
export const REMOVED = '(removed)';

/** Longer than any text that a mapping reads. */
const MAX_TEXT = 4096;
/** Of a whole body, as JSON. The vendors' own stay below a tenth of it. */
const MAX_LENGTH = 128 * 1024;
/** Longer than any hash, key or token that a vendor names something by. */
const MIN_BASE64 = 400;
/** How base64 of JPEG, PNG, GIF, WebP, TIFF, BMP, HEIC and PDF begins. */
const IMAGE_BASE64 =
  /^\s*(?:\/9j\/|iVBORw0KGgo|R0lGOD|UklGR|SUkqA|TU0AK|Qk[0-9A-Za-z]{6}|AAAA[A-Za-z0-9+/]{4}Z0eX|JVBERi0)/u;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/u;
const ADDRESS = /https?:|^\s*data:/iu;

/** A body that was read, and what of it may be kept; null: it is too long for that. */
export interface Evidenced<T> {
  readonly value: T;
  readonly kept: unknown;
}

/** The schema of an answer that a verdict is read from: its value as `schema` knows it, and the whole body without images. */
export function evidenced<S extends z.ZodType>(schema: S): z.ZodType<Evidenced<z.output<S>>> {
  return z.unknown().transform((body, context) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return { value: parsed.data, kept: keepable(body) };
    for (const { path, message } of parsed.error.issues)
      context.issues.push({ code: 'custom', path: [...path], message, input: body });
    return z.NEVER;
  });
}

/** A copy without images and without addresses, of which nobody knows what they open; null: it is too long to be kept. */
export function keepable(body: unknown): unknown {
  const kept = withoutImages(body);
  return JSON.stringify(kept).length > MAX_LENGTH ? null : kept;
}

/** Evidence as the adapter made it. Throws {@link InvalidShape} for what has not, or no longer, the form that is read. */
export function readEvidence<S extends z.ZodType>(schema: S, evidence: unknown): z.output<S> {
  const parsed = schema.safeParse(evidence);
  if (parsed.success) return parsed.data;
  throw new InvalidShape(
    parsed.error.issues.map(({ path }) => ({
      pointer: path.map((part) => `/${String(part)}`).join(''),
      detail: 'does not have the form that this mapping reads',
    })),
  );
}

function withoutImages(value: unknown): unknown {
  if (typeof value === 'string') return isKeepable(value) ? value : REMOVED;
  if (Array.isArray(value)) return value.map(withoutImages);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutImages(member)]));
}

function isKeepable(text: string): boolean {
  if (text.length > MAX_TEXT || ADDRESS.test(text) || IMAGE_BASE64.test(text)) return false;
  return text.length < MIN_BASE64 || !BASE64.test(text.replaceAll(/[\r\n]/gu, ''));
}
