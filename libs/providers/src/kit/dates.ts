const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:?\d{2})?$/iu;
const ISO_DATE = /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:$|[T ])/u;
const US_DATE = /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/u;

/**
 * `YYYY-MM-DD` from `YYYY-MM-DD`, from a timestamp beginning so, or from `MM/DD/YYYY` (the only other form that a vendor
 * documents: providers/dentity.md 4.1). Null if it is none, or no day of the calendar.
 */
export function toIsoDate(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  const groups = (ISO_DATE.exec(trimmed) ?? US_DATE.exec(trimmed))?.groups;
  if (groups === undefined) return null;
  const [year = '', month = '', day = ''] = [groups['year'], groups['month'], groups['day']];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${date}T00:00:00.000Z`);
  // `2026-02-30` would silently become March.
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) ? date : null;
}

/** `MM/DD/YYYY` from `YYYY-MM-DD`, as Dentity wants it (providers/dentity.md 4.1). */
export function toUsDate(isoDate: string): string {
  return `${isoDate.slice(5, 7)}/${isoDate.slice(8, 10)}/${isoDate.slice(0, 4)}`;
}

/** RFC 3339 in UTC with milliseconds from a vendor's timestamp; one without a zone is taken as UTC. Null if unreadable. */
export function toInstant(text: string | null | undefined): string | null {
  const match = INSTANT.exec(text?.trim() ?? '');
  if (match === null) return null;
  const zoned = match.groups?.['zone'] === undefined ? `${match[0]}Z` : match[0];
  const date = new Date(zoned.replace(' ', 'T'));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
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
