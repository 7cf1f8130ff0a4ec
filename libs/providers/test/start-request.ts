import { type StartRequest, type Subject } from '@gatehouse/contract';

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
    returnUrl: 'https://idv.test/return/tok?hint=ok&x=ä',
    reviewReturnUrl: 'https://idv.test/return/tok?hint=review',
    unsharedReturnUrl: 'https://idv.test/return/tok?hint=unshared',
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
