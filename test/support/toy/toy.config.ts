import { z } from 'zod';

import { baseUrl } from '../../../libs/providers/src/kit/base-url.js';
import { checked, secret } from '../../../libs/providers/src/kit/checked.js';

/** Comes in with every call; the form for it and the API's schema follow from this. */
export const toyCredentials = z.object({
  apiKey: secret(z.string().min(1).max(200), 'API key'),
  secret: secret(z.string().min(1).max(200), 'Webhook secret').optional(),
});
export type ToyCredentials = z.output<typeof toyCredentials>;

export const toySettings = z.object({ baseUrl: baseUrl('https://api.toy.test') });
export type ToySettings = z.output<typeof toySettings>;

/** What must be remembered between calls: the adapter itself keeps nothing. */
export const toyHandle = checked(z.object({ sessionId: z.string().min(1) }));
