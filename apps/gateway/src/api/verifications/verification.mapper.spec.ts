import { type Verification } from '@gatehouse/core';
import { describe, expect, it } from '@jest/globals';

import { toVerificationView } from './verification.mapper.js';

const verification: Verification = {
  tenantId: '01890a5d-ac96-774b-bcce-b302099a8050',
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  environment: 'test',
  version: 3,
  status: 'verified',
  reasonCodes: [],
  attempt: 1,
  provider: {
    name: 'sentinel',
    reference: '0d8c',
    rawStatus: '6',
    observedAt: new Date('2026-01-02T03:04:05.678Z'),
    source: 'read',
  },
  reference: 'user-42',
  metadata: { plan: 'gold' },
  subject: {
    email: 'jane@mail.test',
    phone: '+971501234542',
    firstName: 'Jane',
    lastName: 'Example',
    dateOfBirth: '1990-05-17',
    address: null,
  },
  checks: ['document', 'liveness'],
  documentTypes: ['passport'],
  action: { type: 'redirect', url: 'https://vendor.example/x', expiresAt: null },
  delivery: null,
  validity: { documentExpiry: '2031-01-31', state: 'valid', documents: [] },
  riskLevel: null,
  consent: null,
  evidence: { identity: true, images: 3, imagesUntil: null, report: false, reportUntil: null },
  warnings: [],
  previousVerificationId: null,
  importId: null,
  redirectUrl: 'https://app.example/done',
  expiresAt: new Date('2026-01-09T00:00:00.000Z'),
  createdAt: new Date('2026-01-02T00:00:00.000Z'),
  updatedAt: new Date('2026-01-02T03:04:05.678Z'),
  completedAt: new Date('2026-01-02T03:04:05.678Z'),
  erasedAt: null,
};

describe('toVerificationView', () => {
  it('writes exactly the object of the contract', () => {
    expect(toVerificationView(verification)).toEqual({
      object: 'verification',
      id: 'ver_01h455vb4pex5vsknk084sn02q',
      environment: 'test',
      version: 3,
      status: 'verified',
      reasonCodes: [],
      attempt: 1,
      provider: {
        name: 'sentinel',
        reference: '0d8c',
        rawStatus: '6',
        observedAt: '2026-01-02T03:04:05.678Z',
        source: 'read',
      },
      reference: 'user-42',
      metadata: { plan: 'gold' },
      subject: { email: 'j•••@mail.test', phone: '+9715•••••42' },
      checks: ['document', 'liveness'],
      documentTypes: ['passport'],
      action: { type: 'redirect', url: 'https://vendor.example/x', expiresAt: null },
      delivery: null,
      validity: { documentExpiry: '2031-01-31', state: 'valid', documents: [] },
      riskLevel: null,
      consent: null,
      evidence: { identity: true, images: 3, imagesUntil: null, report: false, reportUntil: null },
      warnings: [],
      previousVerificationId: null,
      importId: null,
      redirectUrl: 'https://app.example/done',
      expiresAt: '2026-01-09T00:00:00.000Z',
      createdAt: '2026-01-02T00:00:00.000Z',
      updatedAt: '2026-01-02T03:04:05.678Z',
      completedAt: '2026-01-02T03:04:05.678Z',
      erasedAt: null,
    });
  });

  it('lets nothing out because it was there', () => {
    const planted = {
      ...verification,
      tenantId: 'planted',
      provider: { ...verification.provider, handle: 'planted' },
      action: { type: 'none', secret: 'planted' } as const,
      delivery: { channel: 'sms', state: 'sent', at: '2026-01-02T00:00:00.000Z', to: 'planted' } as const,
      consent: { id: 'c', grantedAt: null, revokedAt: null, sharedFrom: null, token: 'planted' },
    };
    expect(JSON.stringify(toVerificationView(planted))).not.toContain('planted');
  });

  it('masks the number that a text message went to', () => {
    const view = toVerificationView({ ...verification, action: { type: 'sms', to: '+971501234542' } });
    expect(view.action).toEqual({ type: 'sms', to: '+9715•••••42' });
  });

  it('keeps the members of an erased subject, as null', () => {
    expect(toVerificationView({ ...verification, subject: null }).subject).toEqual({
      email: null,
      phone: null,
    });
  });
});
