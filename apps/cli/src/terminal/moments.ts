const STEPS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;
const WORDS = {
  long: new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'long' }),
  narrow: new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' }),
} as const;
const JUST_NOW_SECONDS = 1;

/** How long ago, or in how long, for a column of a table; `-` for null. */
export function relative(time: string | null, now: Date): string {
  return time === null ? '-' : distance(time, now, 'narrow');
}

function distance(time: string, now: Date, style: keyof typeof WORDS): string {
  const seconds = Math.round((Date.parse(time) - now.getTime()) / 1000);
  if (Math.abs(seconds) < JUST_NOW_SECONDS) return 'now';
  const step = STEPS.find((one) => Math.abs(seconds) >= one.seconds) ?? STEPS[3];
  return WORDS[style].format(Math.trunc(seconds / step.seconds), step.unit);
}

/** `2026-01-31 12:00:00 UTC (3 hours ago)`; null for null. */
export function moment(time: string | null, now: Date): string | null {
  if (time === null) return null;
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC (${distance(time, now, 'long')})`;
}

/** `12:00:00`, of the terminal's own day, for a line of a log. */
export function clockTime(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
