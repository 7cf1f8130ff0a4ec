import { type Plain } from '../../http/plain.js';
import { type VerificationStatusesView, type VerificationView } from './verification.view.js';

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
