import { randomBytes } from 'node:crypto';

import { LocalMasterKey } from '@gatehouse/platform';
import pg from 'pg';

import {
  gatewayClient,
  type GatewayClient,
  type GatewayTenant,
  required,
  text,
} from '../support/gateway-client.js';
import { type Environment, unusedPort } from '../support/gateway-process.js';
import { PROVIDER_NAMES, type VendorAccount } from '../support/vendor-accounts.js';
import { withoutGate } from '../support/vendor-gate.js';
import { type Dice } from './dice.js';
import { type Fleet, openFleet } from './fleet.js';
import { type Hook } from './forger.js';
import { openFront } from './front.js';
import { type Endpoint } from './invariants/deliveries.js';
import { type Receiver, startReceiver } from './receiving.js';
import { Records } from './records.js';
import { openProbes, type Probe } from './recovery.js';
import { startSimulator } from './simulator-process.js';
import { route } from './switching.js';

/** Gateways, two unless told, over one database behind one address, three vendors, one tenant that is connected to all, and its own receiver. */
export interface World extends AsyncDisposable {
  readonly fleet: Fleet;
  /** One for each gateway. */
  readonly probes: readonly Probe[];
  /** First lines of the requests that a gateway left without an answer when it was killed, since the last time. */
  takeCutOff(gateway: number): readonly string[];
  readonly client: GatewayClient;
  readonly tenant: GatewayTenant;
  readonly accounts: ReadonlyMap<string, VendorAccount>;
  /** Where the vendors' webhooks come in. */
  readonly hooks: readonly Hook[];
  readonly receiver: Receiver;
  readonly endpoints: readonly Endpoint[];
  readonly records: Records;
}

/** Of what comes for the first time, so much is answered badly. */
const ANSWERED_BADLY = 0.1;

/** What each gateway gets in its environment besides: one entry a gateway. */
export type Gateways = readonly Environment[];

const TWO: Gateways = [{}, {}];

/** Throws when something of it cannot be had; nothing is left running then. */
export async function openWorld(databaseUrl: string, dice: Dice, gateways: Gateways = TWO): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const [front = 0, simulator = 0, ...members] = await ports(2 + gateways.length);
  const pool = opening.adopt(
    new pg.Pool({ connectionString: databaseUrl, application_name: 'chaos' }),
    (opened) => opened.end(),
  );
  // A server that goes down ends its sessions; the next query opens another.
  pool.on('error', () => undefined);
  const { origin: simulatorOrigin } = opening.adopt(await startSimulator(simulator), (opened) =>
    opened.close(),
  );
  const before = opening.adopt(await openFront(front, members), (opened) => opened.close());
  const { origin } = before;
  const receiver = opening.adopt(await startReceiver(ANSWERED_BADLY), (opened) => opened.close());
  const adminKey = `gk_admin_${randomBytes(20).toString('hex')}`;
  const masterKey = randomBytes(32);
  const environment = {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: masterKey.toString('base64'),
    ADMIN_API_KEY: adminKey,
    PUBLIC_URL: origin,
    ALLOW_PRIVATE_NETWORKS: 'true',
  };
  const fleet = opening.adopt(
    await openFleet(
      gateways.map((extra, index) => ({ ...environment, PORT: String(members[index]), ...extra })),
    ),
    (opened) => opened.close(),
  );
  const gate = withoutGate(simulatorOrigin);
  const client = gatewayClient({ origin, adminKey, simulatorOrigin, gate });
  const tenant = await client.tenant();
  const accounts = new Map<string, VendorAccount>();
  for (const provider of PROVIDER_NAMES) accounts.set(provider, await tenant.connect(provider));
  required(await route(client, tenant, dice.branch('first policy')), 200);
  const hooks = await hooksOf(client, tenant, [...accounts.values()]);
  const endpoints = await endpointsOf(tenant, receiver, dice);
  const records = Records.of(pool, tenant, new LocalMasterKey(masterKey));
  const probes = await openProbes(
    client,
    members.map((port) => `http://127.0.0.1:${port}`),
  );
  const opened = opening.move();
  return {
    fleet,
    probes,
    takeCutOff: (gateway) => before.takeCutOff(members[gateway] ?? 0),
    client,
    tenant,
    accounts,
    hooks,
    receiver,
    endpoints,
    records,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function ports(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  while (found.size < count) found.add(await unusedPort());
  return [...found];
}

async function hooksOf(
  client: GatewayClient,
  tenant: GatewayTenant,
  accounts: readonly VendorAccount[],
): Promise<readonly Hook[]> {
  const hooks: Hook[] = [];
  for (const account of accounts) {
    const path = `/tenants/${tenant.id}/connections/${account.provider}?environment=test`;
    const url = required(await client.admin('GET', path), 200)['webhookUrl'];
    if (typeof url === 'string') hooks.push({ account, url });
  }
  return hooks;
}

/** One that asks for everything, and one for what most ask for. */
async function endpointsOf(
  tenant: GatewayTenant,
  receiver: Receiver,
  dice: Dice,
): Promise<readonly Endpoint[]> {
  const wanted: readonly (readonly [path: string, eventTypes: readonly string[]])[] = [
    ['/everything', []],
    ['/statuses', ['verification.status_changed']],
  ];
  const endpoints: Endpoint[] = [];
  for (const [path, eventTypes] of wanted) {
    const body = { url: receiver.origin + path, eventTypes };
    const made = required(await tenant.call('POST', '/webhook-endpoints', body), 201);
    const inbox = receiver.endpoint(path, text(made, 'secret'), dice.branch(`receiver${path}`));
    endpoints.push({ id: text(made, 'id'), eventTypes, inbox });
  }
  return endpoints;
}
