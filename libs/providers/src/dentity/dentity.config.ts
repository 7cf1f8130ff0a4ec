import { z } from 'zod';

import { baseUrl } from '../kit/base-url.js';
import { callsPerMinute } from '../kit/calls-per-minute.js';
import { secret } from '../kit/checked.js';
import { imageHost } from '../kit/image-host.js';

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

export const dentitySettings = z.object({
  baseUrl: baseUrl('https://api.dentity.com/core/api/v1'),
  callsPerMinute,
  imageHosts: z.array(imageHost).max(50).default([]).meta({
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
