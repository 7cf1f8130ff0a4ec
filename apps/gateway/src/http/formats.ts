import { E164 } from '@gatehouse/contract';
import { isEmail as isEmailText } from 'class-validator';
import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** At most 254 characters (RFC 5321), printable. */
export function isEmail(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 254 && !/\p{Cc}/u.test(value) && isEmailText(value);
}

const MAX_PHONE = 32;

/** E.164 of a number written with its country code, or null when no such number could exist. */
export function toE164(value: string): string | null {
  if (value.length > MAX_PHONE || !/^\+[\d\s().-]+$/.test(value)) return null;
  const phone = parsePhoneNumberFromString(value, { extract: false });
  return phone?.isPossible() === true && E164.test(phone.number) ? phone.number : null;
}

export function isPhone(value: unknown): boolean {
  return typeof value === 'string' && toE164(value) !== null;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** `YYYY-MM-DD`, a day that there was or will be, from 1900 on. */
export function isCalendarDate(value: unknown): boolean {
  if (typeof value !== 'string' || !DATE.test(value)) return false;
  const date = new Date(`${value}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) && value >= '1900-01-01';
}

const EARLIEST_ZONE_MS = 14 * 60 * 60 * 1000;

/** Whether a day has not begun anywhere on earth. */
export function isInFuture(date: string, now: Date): boolean {
  return date > new Date(now.getTime() + EARLIEST_ZONE_MS).toISOString().slice(0, 10);
}

const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339 with its time zone. */
export function isTimestamp(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    isCalendarDate(TIMESTAMP.exec(value)?.[1]) &&
    !Number.isNaN(new Date(value).getTime())
  );
}

const MAX_URL = 2000;
const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Where a browser may be sent: https, or http to this very computer; no user or password. */
export function isWebAddress(value: unknown): boolean {
  // Tabs and line breaks, which the URL parser drops in silence, are no printable ASCII.
  if (typeof value !== 'string' || value.length > MAX_URL || !/^https?:\/\/[\x21-\x7e]+$/i.test(value))
    return false;
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const secure = url.protocol === 'https:' || LOOPBACK.test(url.hostname);
  return secure && url.username === '' && url.password === '';
}
