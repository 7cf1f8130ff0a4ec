import { createHmac } from 'node:crypto';

import { type DentityAccount, type DentityUser, type Verification } from './dentity.state.js';

/** `user` of a status reply or webhook (providers/dentity.md 4.2). */
export function userView(account: DentityAccount, user: DentityUser): Record<string, unknown> {
  const [year, month, day] = user.dateOfBirth.split('-');
  const american = account.switches.dateOfBirthFormat === 'MM/DD/YYYY';
  return { ...user, dateOfBirth: american ? `${month ?? ''}/${day ?? ''}/${year ?? ''}` : user.dateOfBirth };
}

/** The whole status reply as text, since with `duplicateUserKey` it is JSON that no object can hold (10). */
export function statusReply(account: DentityAccount, verification: Verification): string {
  const user = JSON.stringify(userView(account, verification.user));
  const { firstName, lastName, email } = verification.user;
  const short = account.switches.duplicateUserKey
    ? `"user":${JSON.stringify({ firstName, lastName, email })},`
    : '';
  const head = `"_id":${JSON.stringify(verification.id)},"status":${JSON.stringify(verification.status)}`;
  return `{"data":{${head},${short}"user":${user},"metadata":${JSON.stringify(verification.metadata)}}}`;
}

export function bulkRow(verification: Verification): Record<string, unknown> {
  const { firstName, lastName } = verification.user;
  return {
    status: verification.status,
    _id: verification.id,
    user: { firstName, lastName },
    metadata: verification.metadata,
  };
}

/** Image addresses as of now: each has its own time stamp and ends after some seconds (providers/dentity.md 7). */
export function imagesView(account: DentityAccount, verification: Verification): Record<string, unknown>[] {
  const now = account.clock.now();
  const address = (name: string): string => imageAddress(account, verification, name, now);
  return [
    {
      category: account.switches.imageCategory,
      images: {
        cropped_back: null,
        cropped_front: address('cropped_front'),
        face: address('face'),
        original_back: null,
        original_front: address('original_front'),
      },
    },
  ];
}

function imageAddress(account: DentityAccount, verification: Verification, name: string, now: Date): string {
  const path = `/dentity/images/${verification.id}/${name}.jpg`;
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': date,
    'X-Amz-Expires': String(account.switches.imageLifetimeSeconds),
    'X-Amz-Signature': imageSignature(account, path, date),
  });
  return `${verification.origin}${path}?${query.toString()}`;
}

export function imageSignature(account: DentityAccount, path: string, date: string): string {
  return createHmac('sha256', account.secretKey).update(`${path}\n${date}`).digest('hex');
}
