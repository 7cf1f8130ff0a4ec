import { createHmac } from 'node:crypto';

import { type InboxService } from '@gatehouse/core';
import { fromTypeId } from '@gatehouse/platform';

import { type HarnessTenant } from './core-harness.js';

/** Where a tenant's webhooks come in, as the gateway takes the address apart. */
export function webhookAddressOf(tenant: HarnessTenant): {
  provider: string;
  connectionId: string;
  token: string;
} {
  const [provider = '', connection = '', token = ''] = (tenant.webhookUrl ?? '').split('/').slice(-3);
  return { provider, connectionId: fromTypeId('con', connection) ?? '', token };
}

/** Signs and delivers a Dentity webhook as the vendor does. */
export async function deliverFromDentity(
  inbox: InboxService,
  tenant: HarnessTenant,
  body: Record<string, unknown>,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  const secret = tenant.account.connection.credentials['secretKey'] ?? '';
  const signature = createHmac('sha256', secret).update(bytes).digest('base64');
  await inbox.receive(webhookAddressOf(tenant), {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'dentity-signature': signature },
    body: bytes,
  });
}
