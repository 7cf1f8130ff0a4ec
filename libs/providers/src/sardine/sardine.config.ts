import { z } from 'zod';

import { baseUrl } from '../kit/base-url.js';
import { secret } from '../kit/checked.js';

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
});
export type SardineSettings = z.output<typeof sardineSettings>;
