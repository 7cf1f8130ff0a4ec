import { z } from 'zod';

import { identifier, part, score, text } from '../../../libs/providers/src/kit/wire-members.js';

/** Strict on what names and judges, lenient on the rest (libs/providers/src/kit/wire-members.ts). */
export const toySession = z.object({
  id: identifier,
  state: z.string().min(1),
  changedAt: text,
  email: text,
  phone: text,
  person: part(z.object({ firstName: text, lastName: text, dateOfBirth: text, gender: text })).optional(),
  document: part(z.object({ type: text, number: text, expiresOn: text })).optional(),
  scores: part(z.object({ face: score, liveness: score })).optional(),
});
export type ToySession = z.output<typeof toySession>;

export const begun = toySession.extend({ page: z.url() });
export const people = z.object({ people: z.array(toySession), total: z.int().min(0) });
export const pictures = z.object({ id: identifier, pictures: z.array(z.string()) });
export const states = z.object({ rows: z.array(z.object({ id: identifier, state: z.string() })) });
export const account = z.object({ webhookUrl: text });
export const webhook = z.object({
  event: z.string(),
  id: identifier,
  reference: z.string(),
  state: z.string().min(1),
  changedAt: text,
});

export const nothing = z.object({});
