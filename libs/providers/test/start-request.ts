import { type ReturnWay, type StartRequest, type Subject } from '@gatehouse/contract';

const RETURN_URLS = {
  success: 'https://idv.test/return/tok?hint=ok&x=ä',
  review: 'https://idv.test/return/tok?hint=review',
  unshared: 'https://idv.test/return/tok?hint=unshared',
} as const satisfies Record<ReturnWay, string>;

/** A request to begin, with an invented person. */
export function startRequest(
  overrides: Partial<Omit<StartRequest, 'subject'>> & { readonly subject?: Partial<Subject> } = {},
): StartRequest {
  return {
    verificationId: 'ver_01k00000000000000000000000',
    checks: [],
    documentTypes: [],
    reuse: 'never',
    message: null,
    returnUrl: (way) => RETURN_URLS[way],
    webhookUrl: 'https://idv.test/hooks/x/con_1/tok',
    ...overrides,
    subject: {
      email: 'lena.moss@mail.test',
      phone: '+14155550123',
      firstName: null,
      lastName: null,
      dateOfBirth: null,
      address: null,
      ...overrides.subject,
    },
  };
}
