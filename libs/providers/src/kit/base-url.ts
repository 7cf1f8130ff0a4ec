import { z } from 'zod';

/**
 * A setting: the address a vendor's paths are appended to. Which networks it may lie in is the core's decision
 * (`checkOutboundUrl`); here it only has to be a URL that a path can follow.
 */
export function baseUrl(example: string): z.ZodType<string, string> {
  return z
    .url({ protocol: /^https?$/u })
    .max(2048)
    .refine(isBare, 'must be a URL without user name, query and fragment')
    .meta({ title: 'Base URL', examples: [example] });
}

/** A vendor's path below its base URL. `path` begins with a slash; its variable parts are already encoded. */
export function endpoint(base: string, path: string): string {
  return `${base.trim().replace(/(?<!\/)\/+$/u, '')}${path}`;
}

function isBare(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && [url.username, url.password, url.search, url.hash].every((part) => part === '');
}
