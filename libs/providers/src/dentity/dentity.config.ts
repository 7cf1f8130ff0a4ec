import { z } from 'zod';

import { baseUrl } from '../kit/base-url.js';
import { secret } from '../kit/checked.js';

/** providers/dentity.md 3. The API key travels in a header, so it must fit one. Without a secret key no webhook is accepted. */
export const dentityCredentials = z.object({
  apiKey: secret(
    z
      .string()
      .max(1024)
      .regex(/^[\x21-\x7e]+$/u, 'must be printable ASCII without spaces'),
    'API key',
  ),
  secretKey: secret(z.string().min(1).max(1024), 'Secret key').optional(),
});
export type DentityCredentials = z.output<typeof dentityCredentials>;

/** A name or an address, perhaps with a port; what else an entry could be would allow nothing, in silence. */
const host = z
  .string()
  .max(253)
  .regex(
    /^(?:\[[\da-f:.]+\]|[a-z\d](?:[a-z\d._-]*[a-z\d])?)(?::\d{1,5})?$/iu,
    'must be a host without scheme and path, with its port if it has one of its own',
  );

export const dentitySettings = z.object({
  baseUrl: baseUrl('https://api.dentity.com/core/api/v1'),
  imageHosts: z.array(host).max(50).default([]).meta({
    title: 'Image hosts',
    description:
      'Hosts that images may be fetched from; their subdomains count too. None: no image is offered.',
  }),
  report: z.enum(['ask', 'none']).default('ask').meta({
    title: 'PDF report',
    description:
      'ask: Dentity is asked for the report of a decided verification. none: the account’s verification agent has none.',
  }),
});
export type DentitySettings = z.output<typeof dentitySettings>;
