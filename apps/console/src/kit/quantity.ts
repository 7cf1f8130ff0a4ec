const PERCENT = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const COUNT = new Intl.NumberFormat();

/** A dash for what is not known. */
const UNKNOWN = '–';

/** Of a share between 0 and 1. */
export function percentage(share: number | null): string {
  return share === null ? UNKNOWN : PERCENT.format(share);
}

export function count(value: number): string {
  return COUNT.format(value);
}

export function milliseconds(value: number | null): string {
  return value === null ? UNKNOWN : `${COUNT.format(Math.round(value))} ms`;
}

const STEPS = [
  { unit: 'd', seconds: 86_400 },
  { unit: 'h', seconds: 3_600 },
  { unit: 'min', seconds: 60 },
] as const;

/** In its two greatest units: “1 h 20 min”. */
export function duration(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  const at = STEPS.findIndex((step) => seconds >= step.seconds);
  const [greater, lesser = { unit: 's', seconds: 1 }] = at === -1 ? [] : STEPS.slice(at);
  if (greater === undefined) return `${COUNT.format(Math.round(seconds * 10) / 10)} s`;
  const whole = Math.floor(seconds / greater.seconds);
  const rest = Math.floor((seconds % greater.seconds) / lesser.seconds);
  return rest === 0 ? `${whole} ${greater.unit}` : `${whole} ${greater.unit} ${rest} ${lesser.unit}`;
}
