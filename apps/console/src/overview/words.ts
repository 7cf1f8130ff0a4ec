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
  if (seconds > 0 && seconds < 1) return `${WHOLE.format(seconds * 1000)} ms`;
  if (seconds < 120) return `${TENTH.format(seconds)} s`;
  if (seconds < 7_200) return `${TENTH.format(seconds / 60)} min`;
  if (seconds < 172_800) return `${TENTH.format(seconds / 3_600)} h`;
  return `${TENTH.format(seconds / 86_400)} days`;
}

/** In which an axis is marked: how much of what is drawn it is. */
export interface AxisUnit {
  readonly size: number;
  readonly word: string;
}

/** In which an axis up to a time is marked, so that its marks are round. */
export function unitUpTo(seconds: number): AxisUnit {
  if (seconds < 120) return { size: 1, word: 's' };
  if (seconds < 7_200) return { size: 60, word: 'min' };
  return { size: 3_600, word: 'h' };
}

/** Of `2026-01-31`. */
export function dayWords(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}
