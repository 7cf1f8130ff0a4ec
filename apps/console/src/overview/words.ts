const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

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
