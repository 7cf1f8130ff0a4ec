import { randomBytes } from 'node:crypto';

import { eventually } from './eventually.js';
import {
  type ConnectedAccount,
  type GatewayClient,
  type GatewayTenant,
  required,
  text,
} from './gateway-client.js';
import { ordinaryPhone } from './ordinary-phone.js';
import { type ProviderName } from './vendor-accounts.js';

/** Somebody who does not exist, whom no other test knows. */
export interface Somebody {
  readonly email: string;
  readonly phone: string;
}

export function somebody(): Somebody {
  return { email: `ana.${randomBytes(5).toString('hex')}@mail.test`, phone: ordinaryPhone() };
}

/** A tenant with an account of its own at the provider, to which its verifications go. */
export async function connectedTenant(
  harness: Pick<GatewayClient, 'tenant'>,
  provider: ProviderName,
  switches: Record<string, unknown> = {},
): Promise<{ tenant: GatewayTenant; account: ConnectedAccount }> {
  const tenant = await harness.tenant();
  const account = await tenant.connect(provider, switches);
  await tenant.route(provider);
  return { tenant, account };
}

/** How the twin knows them: Sentinel by e-mail first, the others by phone. */
export function nameAt(provider: ProviderName, { email, phone }: Somebody): string {
  return provider === 'sentinel' ? email : phone;
}

export interface Begun {
  readonly id: string;
  readonly person: Somebody;
  readonly created: Record<string, unknown>;
}

export async function begin(
  tenant: GatewayTenant,
  more: Readonly<Record<string, unknown>> = {},
  person: Somebody = somebody(),
): Promise<Begun> {
  const created = required(await tenant.call('POST', '/verifications', { subject: person, ...more }), 201);
  return { id: text(created, 'id'), person, created };
}

export async function statusOf(tenant: GatewayTenant, id: string): Promise<Record<string, unknown>> {
  return required(await tenant.call('GET', `/verifications/${id}`), 200);
}

/** The record, once it has this status. */
export async function reached(
  tenant: GatewayTenant,
  id: string,
  status: string,
): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const record = await statusOf(tenant, id);
    if (record['status'] !== status) throw new Error(`${id} is ${String(record['status'])}, not ${status}`);
    return record;
  });
}

/** Begins, lets the person press the button, and asks until it is known. */
export async function verified(
  tenant: GatewayTenant,
  account: ConnectedAccount,
  more: Readonly<Record<string, unknown>> = {},
  person: Somebody = somebody(),
): Promise<Begun & { readonly record: Record<string, unknown> }> {
  const begun = await begin(tenant, more, person);
  await account.finish(nameAt(account.provider, person), 'approve');
  required(await tenant.call('POST', `/verifications/${begun.id}/refresh`), 200);
  return { ...begun, record: await reached(tenant, begun.id, 'verified') };
}
