const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const TENTH = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

export function countWords(count: number): string {
  return WHOLE.format(count);
}

/** Of a share between 0 and 1. */
export function shareWords(share: number | null): string {
  return share === null ? '–' : `${TENTH.format(share * 100)} %`;
}

export function durationWords(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 1) return `${WHOLE.format(seconds * 1000)} ms`;
  if (seconds < 120) return `${TENTH.format(seconds)} s`;
  if (seconds < 7_200) return `${TENTH.format(seconds / 60)} min`;
  if (seconds < 172_800) return `${TENTH.format(seconds / 3_600)} h`;
  return `${TENTH.format(seconds / 86_400)} days`;
}

/** Of `2026-01-31`. */
export function dayWords(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}
