import { ALL_SCOPES, type Answer, type GatewayClient, required, text } from '../gateway-client.js';
import { type MovableClock } from '../movable-clock.js';
import { createRequest, type CreateRequest, personAt } from '../people.js';
import { PROVIDER_NAMES, type ProviderName, vendorAccount, type VendorAccount } from '../vendor-accounts.js';

const DAY_SECONDS = 86_400;

export interface DemoPlace {
  readonly client: GatewayClient;
  readonly clock: MovableClock;
  readonly simulatorOrigin: string;
  /** Where tenants' webhooks are taken. */
  readonly receiverUrl: string;
  /** The computer's time is left behind by this much at the start, so that the history ends today. */
  readonly days: number;
}

export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly accounts: Readonly<Record<ProviderName, VendorAccount>>;
}

interface Plan {
  readonly name: string;
  /** Verifications a day. */
  readonly daily: number;
  /** The provider in force, by the days that are over. */
  provider(day: number): ProviderName;
}

const PLANS: readonly Plan[] = [
  { name: 'Northwind Bank', daily: 5, provider: (day) => (day < 18 ? 'sentinel' : 'dentity') },
  { name: 'Harbour Exchange', daily: 4, provider: () => 'sentinel' },
  { name: 'Bazaar Market', daily: 3, provider: (day) => (day < 9 ? 'dentity' : 'sardine') },
];

const FIRST_NAMES = ['Ana', 'Omar', 'Lea', 'Yuki', 'Nadia', 'Tom', 'Iris', 'Karim'];
const LAST_NAMES = ['Ruiz', 'Haddad', 'Brandt', 'Sato', 'Novak', 'Ellis', 'Moreau', 'Aziz'];

/**
 * Weeks in the life of three invented tenants: verified, rejected and waiting people at all three twins, switches with their
 * reasons, a proposal that waits for a second person, reviews to decide, webhooks that arrive and some that do not, views of
 * people, an erasure. The same at every run but for ids and keys. The clock stands at the end of it afterwards.
 */
export async function writeDemoHistory(place: DemoPlace): Promise<readonly DemoTenant[]> {
  const { client, clock } = place;
  const tenants = [];
  for (const plan of PLANS) tenants.push({ plan, tenant: await openTenant(place, plan) });
  let count = 0;
  for (let day = 0; day < place.days; day += 1) {
    const today: Visit[] = [];
    for (const { plan, tenant } of tenants) {
      const provider = plan.provider(day);
      if (day === 0 || provider !== plan.provider(day - 1)) await route(client, tenant, provider, day);
      const visits = plan.daily + ((day * 7 + plan.daily) % 4) - (day % 7 > 4 ? 2 : 0);
      for (let index = 0; index < visits; index += 1) {
        today.push({ tenant, provider, count, request: person(count) });
        count += 1;
      }
    }
    await spend(place, today);
    clock.forward(DAY_SECONDS - SPENT_SECONDS);
  }
  await leaveWorkToDo(
    client,
    tenants.map(({ tenant }) => tenant),
  );
  return tenants.map(({ tenant }) => tenant);
}

async function openTenant(place: DemoPlace, plan: Plan): Promise<DemoTenant> {
  const { client } = place;
  const id = text(required(await client.admin('POST', '/tenants', { name: plan.name }), 201), 'id');
  const created = await client.admin('POST', `/tenants/${id}/api-keys`, {
    name: 'backend',
    environment: 'test',
    scopes: ALL_SCOPES,
  });
  const key = text(required(created, 201), 'key');
  const accounts: Partial<Record<ProviderName, VendorAccount>> = {};
  for (const provider of PROVIDER_NAMES) {
    const account = await vendorAccount(place.simulatorOrigin, provider);
    const path = `/tenants/${id}/connections/${provider}?environment=test`;
    required(await client.admin('PUT', path, account.connection), 201);
    accounts[provider] = account;
  }
  const tenant = { id, name: plan.name, key, accounts: accounts as DemoTenant['accounts'] };
  required(
    await call(client, tenant, 'POST', '/webhook-endpoints', {
      url: place.receiverUrl,
      description: 'the backend’s own',
    }),
    201,
  );
  return tenant;
}

async function route(
  client: GatewayClient,
  tenant: DemoTenant,
  provider: ProviderName,
  day: number,
): Promise<void> {
  const others = PROVIDER_NAMES.filter((name) => name !== provider);
  const note = day === 0 ? 'the first provider' : 'a better pass rate in last week’s comparison';
  const policy = { provider, fallback: others.slice(0, 1), note };
  required(await client.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, policy), 200);
}

interface Visit {
  readonly tenant: DemoTenant;
  readonly provider: ProviderName;
  readonly count: number;
  readonly request: CreateRequest;
}

/** When people are through, in seconds after they began: most of them soon. */
const WAITS = [150, 240, 420, 900, 3_600];
const SPENT_SECONDS = WAITS.reduce((sum, wait) => sum + wait, 0);

/** Everybody of a day begins, and each is through after a wait of their own, if ever. */
async function spend(place: DemoPlace, today: readonly Visit[]): Promise<void> {
  const { client, clock } = place;
  const begun = await Promise.all(
    today.map(async (visit) => {
      const created = await call(client, visit.tenant, 'POST', '/verifications', visit.request);
      return { ...visit, id: text(required(created, 201), 'id') };
    }),
  );
  for (const [turn, wait] of WAITS.entries()) {
    clock.forward(wait);
    const through = begun.filter(({ count }) => (count * 7) % WAITS.length === turn);
    await Promise.all(through.map((visit) => finish(client, visit)));
  }
}

async function finish(
  client: GatewayClient,
  { tenant, provider, count, request, id }: Visit & { readonly id: string },
): Promise<void> {
  const outcome = outcomeOf(count);
  if (outcome === null) return;
  await tenant.accounts[provider].finish(personAt(provider, request), outcome);
  required(await call(client, tenant, 'POST', `/verifications/${id}/refresh`), 200);
  if (outcome === 'approve' && count % 4 === 0)
    required(await call(client, tenant, 'GET', `/verifications/${id}/identity`), 200);
}

/** Of twenty people about fifteen pass, two do not, one needs a second look, and two walk away. */
function outcomeOf(count: number): 'approve' | 'reject' | 'review' | null {
  const place = (count * 13) % 20;
  if (place < 15) return 'approve';
  if (place < 17) return 'reject';
  return place === 17 ? 'review' : null;
}

function person(count: number): CreateRequest {
  const firstName = FIRST_NAMES[count % FIRST_NAMES.length] ?? 'Ana';
  const lastName = LAST_NAMES[(count * 3) % LAST_NAMES.length] ?? 'Ruiz';
  const { subject } = createRequest();
  const email = `${firstName}.${lastName}.${count}@mail.test`.toLowerCase();
  return createRequest({
    subject: { ...subject, email, firstName, lastName },
    reference: `customer-${1000 + count}`,
  });
}

/** What an operator finds on the desk: a proposal, an erasure, a receiver that is gone. */
async function leaveWorkToDo(client: GatewayClient, tenants: readonly DemoTenant[]): Promise<void> {
  const [bank, exchange] = tenants;
  if (bank === undefined || exchange === undefined) return;
  required(await client.admin('PATCH', `/tenants/${exchange.id}`, { twoPersonApproval: true }), 200);
  await client.admin('PUT', `/tenants/${exchange.id}/routing?environment=test`, {
    provider: 'sentinel',
    rules: [{ when: { percent: 10 }, provider: 'dentity' }],
    fallback: ['dentity'],
    note: 'a tenth to compare',
  });
  const listed = required(await call(client, bank, 'GET', '/verifications?status=verified&limit=1'), 200);
  const [newest] = listed['data'] as { id: string }[];
  if (newest !== undefined)
    required(await client.admin('POST', `/tenants/${bank.id}/erasures`, { verificationId: newest.id }), 202);
}

function call(
  client: GatewayClient,
  tenant: DemoTenant,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return client.fetch(`/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tenant.key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
