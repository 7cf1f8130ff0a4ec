// In English, as the pages are: their sentences hold these numbers.
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const TENTH = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** A dash for what is not known. */
const UNKNOWN = '–';

/** A number as it is written in a sentence: `12,345`. */
export function counted(number: number): string {
  return WHOLE.format(number);
}

/** A number of things: `1 entry`, `12,345 entries`. */
export function countOf(number: number, one: string, several: string): string {
  return `${counted(number)} ${number === 1 ? one : several}`;
}

/** Of a share between 0 and 1: `90.8 %`. */
export function percentage(share: number | null): string {
  return share === null ? UNKNOWN : `${TENTH.format(share * 100)} %`;
}

export function milliseconds(value: number | null): string {
  return value === null ? UNKNOWN : `${WHOLE.format(value)} ms`;
}

/** In the unit that suits it: `90 s`, `13.5 min`, `3 days`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds > 0 && seconds < 1) return milliseconds(seconds * 1_000);
  if (seconds < 120) return `${TENTH.format(seconds)} s`;
  if (seconds < 7_200) return `${TENTH.format(seconds / 60)} min`;
  if (seconds < 172_800) return `${TENTH.format(seconds / 3_600)} h`;
  return `${TENTH.format(seconds / 86_400)} days`;
}
