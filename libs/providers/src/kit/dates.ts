const ISO_DATE = /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/u;
const US_DATE = /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/u;
const TIMESTAMP =
  /^(?<date>\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:?\d{2})?$/iu;

/** No person alive and no document in force is older; `0001-01-01`, above all, is how some languages write "no time". */
const EARLIEST = '1900-01-01';

/**
 * `YYYY-MM-DD` from `YYYY-MM-DD` or from a timestamp, whose date is taken as written: moving it to UTC could change a
 * birthday. `MM/DD/YYYY` is read only where the vendor documents it (`iso_or_us`; providers/dentity.md 4.1): elsewhere
 * 03/04 is as likely the third of April. Null if it is none, or no day of the calendar.
 */
export function toIsoDate(
  text: string | null | undefined,
  forms: 'iso' | 'iso_or_us' = 'iso',
): string | null {
  const trimmed = text?.trim() ?? '';
  const written = toInstant(trimmed) === null ? trimmed : trimmed.slice(0, 'YYYY-MM-DD'.length);
  const match = ISO_DATE.exec(written) ?? (forms === 'iso_or_us' ? US_DATE.exec(written) : null);
  if (match?.groups === undefined) return null;
  const { year = '', month = '', day = '' } = match.groups;
  return realDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}

/** The day, if there was or will be one: `2026-02-30` would silently become March. */
function realDay(date: string): string | null {
  const parsed = new Date(`${date}T00:00:00.000Z`);
  const isReal = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
  return isReal && date >= EARLIEST ? date : null;
}

/** `MM/DD/YYYY` from `YYYY-MM-DD`, as Dentity wants it (providers/dentity.md 4.1). */
export function toUsDate(isoDate: string): string {
  return `${isoDate.slice(5, 7)}/${isoDate.slice(8, 10)}/${isoDate.slice(0, 4)}`;
}

/** RFC 3339 in UTC with milliseconds from a vendor's timestamp; one without a zone is taken as UTC. Null if unreadable. */
export function toInstant(text: string | null | undefined): string | null {
  const match = TIMESTAMP.exec(text?.trim() ?? '');
  if (match?.groups === undefined || realDay(match.groups['date'] ?? '') === null) return null;
  const zoned = match.groups['zone'] === undefined ? `${match[0]}Z` : match[0];
  const date = new Date(zoned.replace(' ', 'T'));
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 ? null : date.toISOString();
}

/** RFC 3339 from Unix seconds (Dentity's e-mail events); null if out of range. */
export function fromUnixSeconds(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * Whether something dated `at` happened before `since`, which comes from an HTTP `Date` and so knows no fraction of a
 * second: whatever falls into that same second counts as not before.
 */
export function isBeforeSecond(at: string, since: string): boolean {
  return Math.floor(Date.parse(at) / 1000) < Math.floor(Date.parse(since) / 1000);
}
