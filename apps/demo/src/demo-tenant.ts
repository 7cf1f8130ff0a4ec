import { demoAccounts } from '../../simulator/src/demo-accounts.js';
import { type AdminClient } from './admin-client.js';
import { DEMO_SCOPES } from './demo-scopes.js';
import { type DemoState } from './demo-state.js';

const ENVIRONMENT = 'environment=test';

/** A tenant with a key, the three twins connected, and Sentinel in force. Whatever is there already stays as it is. */
export async function prepareTenant(
  admin: AdminClient,
  state: DemoState,
  simulator: { readonly origin: string; readonly publicUrl: string },
): Promise<DemoState & { tenantId: string; tenantKey: string }> {
  const known =
    state.tenantId === null ? null : await admin.call('GET', `/admin/v1/tenants/${state.tenantId}`);
  const tenantId = text(
    known ?? (await admin.require('POST', '/admin/v1/tenants', { name: 'Demo Bank' })),
    'id',
  );
  const tenant = `/admin/v1/tenants/${tenantId}`;
  const tenantKey =
    known !== null && state.tenantKey !== null && (await admin.mayAll(state.tenantKey))
      ? state.tenantKey
      : await newKey(admin, tenant);

  // The twins' ports may differ from the last start's, so the connections are written anew.
  const put = (provider: string, credentials: object, settings: object): Promise<Record<string, unknown>> =>
    admin.require('PUT', `${tenant}/connections/${provider}?${ENVIRONMENT}`, { credentials, settings });
  // Links to images are written with the address that people's browsers have.
  const imageHosts = [simulator.origin, simulator.publicUrl].map((url) => new URL(url).host);
  const { clientUuid, clientSecret, callbackPassphrase } = demoAccounts.sentinel;
  await put(
    'sentinel',
    { clientUuid, clientSecret, callbackPassphrase },
    {
      baseUrl: `${simulator.origin}/sentinel`,
      statusCodes: { pending: 1, draft: 2, conflict: 3, duplicate: 4, rejected: 5, accepted: 6 },
    },
  );
  const { clientId, clientSecret: sardineSecret } = demoAccounts.sardine;
  await put(
    'sardine',
    { clientId, clientSecret: sardineSecret },
    { baseUrl: `${simulator.origin}/sardine/v1`, imageHosts },
  );
  const { apiKey, secretKey } = demoAccounts.dentity;
  await put(
    'dentity',
    { apiKey, secretKey },
    { baseUrl: `${simulator.origin}/dentity/core/api/v1`, imageHosts },
  );
  // Sentinel is the one that can be told by a call where its webhooks go.
  await admin.require('POST', `${tenant}/connections/sentinel/register-webhook?${ENVIRONMENT}`);

  const routing = `${tenant}/routing?${ENVIRONMENT}`;
  if ((await admin.call('GET', routing)) === null)
    await admin.require('PUT', routing, { provider: 'sentinel' });
  return { ...state, tenantId, tenantKey };
}

async function newKey(admin: AdminClient, tenant: string): Promise<string> {
  const created = await admin.require('POST', `${tenant}/api-keys`, {
    name: 'demo backend',
    environment: 'test',
    scopes: DEMO_SCOPES,
  });
  return text(created, 'key');
}

function text(json: Record<string, unknown>, member: string): string {
  const value = json[member];
  if (typeof value !== 'string') throw new Error(`the gateway's answer has no ${member}`);
  return value;
}
