import { readFileSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { type ConnectedAccount, type GatewayTenant, required } from '../support/gateway-client.js';
import { openProcessWorld, type ProcessWorld } from '../support/process-world.js';
import { type ProviderName } from '../support/vendor-accounts.js';
import { verified } from '../support/verified.js';

// For a machine that is busy with other things.
jest.setTimeout(240_000);

const BYTES = 10_000_000;
const AT_ONCE = 10;
const EXTRA_MB = 30;
/** Enough for V8 to have filled both halves of its new space, 32 MB which have nothing to do with what passes through. */
const SMALL_REQUESTS = 1_000;

let world: ProcessWorld;
beforeAll(async () => {
  world = await openProcessWorld({ isGated: false });
});
afterAll(() => world.close());

/** The most memory that the process ever had since {@link forgetPeak}, in MB. */
function peakMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** How many bytes came, none of which is kept. */
async function lengthOf(tenant: GatewayTenant, origin: string, path: string): Promise<number> {
  const response = await fetch(`${origin}/v1${path}`, { headers: { authorization: `Bearer ${tenant.key}` } });
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status} ${path}`);
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) length += chunk.length;
  return length;
}

async function largest(tenant: GatewayTenant, id: string): Promise<string> {
  const { data } = required(await tenant.call('GET', `/verifications/${id}/images`), 200) as {
    data: { id: string; kind: string }[];
  };
  const image = data.find(({ kind }) => kind === 'document_front');
  if (image === undefined) throw new Error(`no front in ${JSON.stringify(data)}`);
  return `/verifications/${id}/images/${image.id}`;
}

const reportOf = (_tenant: GatewayTenant, id: string): Promise<string> =>
  Promise.resolve(`/verifications/${id}/report`);

const CASES: readonly (readonly [
  what: string,
  provider: ProviderName,
  switches: Record<string, unknown>,
  pathOf: (tenant: GatewayTenant, id: string) => Promise<string>,
])[] = [
  ['images inside one answer with all of them', 'sentinel', { imageBytes: BYTES }, largest],
  ['images inside an entity', 'sardine', { imageBytes: BYTES, imageEncoding: 'base64' }, largest],
  ['images behind addresses', 'dentity', { imageBytes: BYTES }, largest],
  ['reports', 'dentity', { pdfBytes: BYTES }, reportOf],
];

(process.platform === 'linux' ? describe : describe.skip)('ten at once, of 10 MB each', () => {
  it.each(CASES)('%s (%s) pass through in little memory', async (_what, provider, switches, pathOf) => {
    // A process of its own: another case's peak, of which some stays, would hide this one's.
    if (world.gateway !== null) await world.crash();
    const { pid } = await world.start();
    const tenant = await world.client.tenant();
    const account: ConnectedAccount = await tenant.connect(provider, switches);
    await tenant.route(provider);
    const { id } = await verified(tenant, account);
    const path = await eventually(() => pathOf(tenant, id));
    const origin = await (await world.start()).ready;
    // Code is compiled and buffers are made at the first.
    for (let warm = 0; warm < 2; warm += 1) {
      expect(await lengthOf(tenant, origin, path)).toBeGreaterThanOrEqual(BYTES);
    }
    for (let warm = 0; warm < SMALL_REQUESTS; warm += 1) required(await tenant.call('GET', '/me'), 200);
    forgetPeak(pid);
    const before = peakMb(pid);
    const lengths = await Promise.all(Array.from({ length: AT_ONCE }, () => lengthOf(tenant, origin, path)));
    expect(lengths.every((length) => length >= BYTES)).toBe(true);
    const extra = peakMb(pid) - before;
    expect(extra).toBeLessThan(EXTRA_MB);
  });
});
