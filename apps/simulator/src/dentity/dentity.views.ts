import { createHmac } from 'node:crypto';

import { DENTITY_IMAGES, type DentityImage } from './dentity.settings.js';
import { type DentityAccount, type Verification } from './dentity.state.js';

/** `user` of a status reply or webhook (providers/dentity.md 4.2). */
export function userView(account: DentityAccount, verification: Verification): Record<string, unknown> {
  const { user, phone } = verification;
  const { dateOfBirthFormat, userPhone } = account.switches;
  const [year, month, day] = user.dateOfBirth.split('-');
  return {
    ...user,
    phoneNumber: userPhone === 'national' ? user.phoneNumber : phone,
    dateOfBirth:
      dateOfBirthFormat === 'YYYY-MM-DD' ? user.dateOfBirth : `${month ?? ''}/${day ?? ''}/${year ?? ''}`,
  };
}

/** `user` as a member; while the person has not finished, by switch null or not there. */
export function userEntry(account: DentityAccount, verification: Verification): Record<string, unknown> {
  const shown = verification.status === 'pending' ? account.switches.userWhilePending : 'full';
  switch (shown) {
    case 'full':
      return { user: userView(account, verification) };
    case 'null':
      return { user: null };
    case 'absent':
      return {};
  }
}

/** The whole status reply as text, since with `duplicateUserKey` it is JSON that no object can hold (10). */
export function statusReply(account: DentityAccount, verification: Verification): string {
  const { firstName, lastName, email } = verification.user;
  const short = account.switches.duplicateUserKey
    ? `"user":${JSON.stringify({ firstName, lastName, email })},`
    : '';
  const { id: _id, status, metadata } = verification;
  const head = JSON.stringify({ _id, status }).slice(1, -1);
  const tail = JSON.stringify({ ...userEntry(account, verification), metadata }).slice(1);
  return `{"data":{${head},${short}${tail}}`;
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
  const { imageCategory, imageNames } = account.switches;
  const address = (name: DentityImage): string | null =>
    imageNames.includes(name) ? imageAddress(account, verification, name, now) : null;
  const images = Object.fromEntries(DENTITY_IMAGES.map((name) => [name, address(name)]));
  return [{ category: imageCategory, images }];
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
