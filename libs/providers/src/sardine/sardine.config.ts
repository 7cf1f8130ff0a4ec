import { z } from 'zod';

import { baseUrl } from '../kit/base-url.js';
import { callsPerMinute } from '../kit/calls-per-minute.js';
import { secret } from '../kit/checked.js';
import { EXPIRING_DAYS } from '../kit/document-validity.js';
import { imageHost } from '../kit/image-host.js';

/** HTTP Basic (providers/sardine.md 3), where a colon ends the user name. */
export const sardineCredentials = z.object({
  clientId: z
    .string()
    .min(1)
    .max(256)
    .refine((id) => !id.includes(':'), 'must not contain a colon')
    .meta({ title: 'Client ID' }),
  clientSecret: secret(z.string().min(1).max(1024), 'Client secret'),
});
export type SardineCredentials = z.output<typeof sardineCredentials>;

export const sardineSettings = z.object({
  baseUrl: baseUrl('https://api.sandbox.sardine.ai/v1'),
  callsPerMinute,
  highRisk: z
    .enum(['review', 'reject'])
    .default('review')
    .meta({ title: 'High risk', description: 'What a high or very high risk level means.' }),
  mediumRisk: z
    .enum(['verify', 'review'])
    .default('verify')
    .meta({ title: 'Medium risk', description: 'What a medium risk level means.' }),
  existingIdentity: z
    .enum(['wait', 'accept'])
    .default('wait')
    .meta({
      title: 'Identities from earlier verifications',
      description:
        'Sardine keeps one identity per phone. "wait" counts only a consent given after this verification began; ' +
        '"accept" takes an older one at once, for whoever knows the phone number.',
    }),
  ssnResult: z
    .enum(['review', 'accept'])
    .default('review')
    .meta({
      title: 'Social security numbers',
      description:
        'Sardine documents no result for the "ssn" check. "review" gives a person who was asked for it to a human; ' +
        '"accept" takes the rest of the identity for it.',
    }),
  autoRedirect: z.boolean().default(true).meta({
    title: 'Back at once',
    description:
      'Whether a person who has finished comes back at once. If not, Sardine shows a confirmation first.',
  }),
  sharingDeadEnd: z
    .enum(['input', 'review'])
    .default('input')
    .meta({
      title: 'Nothing to share',
      description:
        'What it means when somebody who was asked to share an identity comes back without success. "input" sends ' +
        'them on to be asked for everything; "review" waits for a human at Sardine. Ask Sardine which of the two it is.',
    }),
  recheckHours: z
    .number()
    .min(1)
    .max(8760)
    .nullable()
    .default(24)
    .meta({
      title: 'Hours between checks of a consent',
      description:
        'Sardine tells nobody when a person withdraws a consent, so whoever is verified is read again this often, ' +
        'for as long as they are. Null: only for a while after the verification.',
    }),
  expiringDays: z.int().min(1).max(365).default(EXPIRING_DAYS).meta({
    title: 'Days before a document expires',
    description: 'How long before its end a document counts as expiring. Sardine itself sends no warning.',
  }),
  imageHosts: z
    .array(imageHost)
    .max(20)
    .default([])
    .meta({
      title: 'Hosts of images',
      description:
        'Needed only if Sardine gives the addresses of images instead of the images: the hosts, with all their ' +
        'subdomains, that they may be fetched from. No other host is called.',
      examples: [['images.sardine.example']],
    }),
});
export type SardineSettings = z.output<typeof sardineSettings>;
