import { type AxiosResponse } from 'axios';

const MAX_RETRY_AFTER_SECONDS = 86_400;

type WithHeaders = Pick<AxiosResponse, 'headers'>;

/** A header that was sent once; null otherwise. */
export function headerOf(response: WithHeaders, name: string): string | null {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value.trim() : null;
}

/** The vendor's own clock, to the second. */
export function dateOf(response: WithHeaders): Date | null {
  return instantOf(headerOf(response, 'date'));
}

/** `Content-Type` without its parameters, in lower case. */
export function mediaTypeOf(response: WithHeaders): string | null {
  const [type = ''] = (headerOf(response, 'content-type') ?? '').split(';');
  return type.trim() === '' ? null : type.trim().toLowerCase();
}

export function contentLengthOf(response: WithHeaders): number | null {
  const value = headerOf(response, 'content-length');
  return value !== null && /^\d{1,15}$/u.test(value) ? Number(value) : null;
}

/** `Retry-After` as seconds or as a date, bounded to a day; null when absent or unreadable. */
export function retryAfterOf(response: WithHeaders): number | null {
  const value = headerOf(response, 'retry-after');
  if (value === null) return null;
  const until = instantOf(value);
  const seconds = /^\d{1,9}$/u.test(value)
    ? Number(value)
    : until === null
      ? null
      : Math.ceil((until.getTime() - (dateOf(response) ?? new Date()).getTime()) / 1000);
  return seconds === null ? null : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS);
}

function instantOf(header: string | null): Date | null {
  if (header === null) return null;
  const date = new Date(header);
  return Number.isNaN(date.getTime()) ? null : date;
}
