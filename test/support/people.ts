import { randomInt } from 'node:crypto';

import { ordinaryPhone } from './ordinary-phone.js';
import { type ProviderName } from './vendor-accounts.js';

/** A caller's request that every provider can serve. */
export interface CreateRequest {
  readonly subject: {
    readonly email: string;
    readonly phone: string;
    readonly firstName: string;
    readonly lastName: string;
  };
  readonly [member: string]: unknown;
}

/** For a person of its own, who does nothing by themselves at any vendor. */
export function createRequest(over: Readonly<Record<string, unknown>> = {}): CreateRequest {
  const number = randomInt(1_000_000_000);
  return {
    subject: {
      email: `ana.ruiz.${number}@mail.test`,
      phone: ordinaryPhone(),
      firstName: 'Ana',
      lastName: 'Ruiz',
    },
    redirectUrl: 'https://app.northwind.test/done',
    ...over,
  };
}

/** By what the vendor knows the person. */
export function personAt(provider: ProviderName, { subject }: CreateRequest): string {
  return provider === 'sentinel' ? subject.email : subject.phone;
}
