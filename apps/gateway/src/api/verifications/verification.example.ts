import { type Plain } from '../../http/plain.js';
import { type BodyExamples } from '../../http/body.js';
import { type CreateVerificationBody } from './verification.dto.js';
import { type VerificationStatusesView, type VerificationView } from './verification.view.js';

/** Requests for the OpenAPI document, about people who do not exist. */
export const CREATE_EXAMPLES: BodyExamples<CreateVerificationBody> = {
  usual: {
    subject: { email: 'jane@mail.test', phone: '+971501234542', firstName: 'Jane', lastName: 'Example' },
    reference: 'user-42',
    checks: ['document', 'liveness'],
    documentTypes: ['passport'],
    redirectUrl: 'https://app.example/done',
    metadata: { plan: 'gold' },
  },
  smallest: { subject: { email: 'jane@mail.test', phone: '+971501234542' } },
  textMessage: {
    subject: { phone: '+971501234542' },
    message: 'Please verify yourself: {{link}}',
    expiresInSeconds: 86_400,
  },
  americanWithAddress: {
    subject: {
      email: 'jane@mail.test',
      phone: '+14155550123',
      firstName: 'Jane',
      lastName: 'Example',
      dateOfBirth: '1990-05-17',
      address: {
        street: '12 Palm Street',
        city: 'Springfield',
        region: 'IL',
        postalCode: '62701',
        country: 'US',
      },
    },
    checks: ['profile', 'ssn'],
    reuse: 'allow',
  },
};

/** Whole answers for the OpenAPI document, about a person who does not exist. */
export const VERIFICATION_EXAMPLE: Plain<VerificationView> = {
  object: 'verification',
  id: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  environment: 'test',
  version: 2,
  status: 'requires_input',
  reasonCodes: ['awaiting_user'],
  attempt: 1,
  provider: { name: 'sentinel', reference: null, rawStatus: null, observedAt: null, source: 'system' },
  reference: 'user-42',
  metadata: { plan: 'gold' },
  subject: { email: 'j•••@mail.test', phone: '+9715•••••42' },
  checks: ['document', 'liveness'],
  documentTypes: ['passport'],
  action: { type: 'redirect', url: 'https://verify.sentinel.example/start?id=a1b2c3', expiresAt: null },
  delivery: null,
  validity: null,
  riskLevel: null,
  consent: null,
  evidence: { identity: false, images: 0, imagesUntil: null, report: false, reportUntil: null },
  warnings: [],
  previousVerificationId: null,
  importId: null,
  redirectUrl: 'https://app.example/done',
  expiresAt: '2026-02-07T12:00:00.000Z',
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:01.000Z',
  completedAt: null,
  erasedAt: null,
};

export const VERIFIED_EXAMPLE: Plain<VerificationView> = {
  ...VERIFICATION_EXAMPLE,
  version: 3,
  status: 'verified',
  reasonCodes: [],
  provider: {
    name: 'sentinel',
    reference: '0d8c2f9e-1111-4222-8333-944455566677',
    rawStatus: '6',
    observedAt: '2026-01-31T12:05:00.000Z',
    source: 'read',
  },
  action: { type: 'none' },
  validity: { documentExpiry: '2031-01-31', state: 'valid', documents: [] },
  evidence: { identity: true, images: 3, imagesUntil: null, report: false, reportUntil: null },
  updatedAt: '2026-01-31T12:05:00.000Z',
  completedAt: '2026-01-31T12:05:00.000Z',
};

export const CANCELED_EXAMPLE: Plain<VerificationView> = {
  ...VERIFICATION_EXAMPLE,
  version: 3,
  status: 'canceled',
  reasonCodes: [],
  action: { type: 'none' },
  updatedAt: '2026-01-31T12:05:00.000Z',
  completedAt: '2026-01-31T12:05:00.000Z',
};

export const RETRIED_EXAMPLE: Plain<VerificationView> = {
  ...VERIFICATION_EXAMPLE,
  previousVerificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0w',
};

export const STATUSES_EXAMPLE: Plain<VerificationStatusesView> = {
  data: [VERIFIED_EXAMPLE, null],
  notRefreshed: [],
};
