import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import { type GatewayHarness, required, startGateway, text } from '../support/gateway-harness.js';
import { IsolationWorld, missingId } from '../support/isolation-world.js';
import { MovableClock } from '../support/movable-clock.js';

const clock = new MovableClock();
let harness: GatewayHarness;
let world: IsolationWorld;
beforeAll(async () => {
  harness = await startGateway({}, { clock });
  world = new IsolationWorld(harness);
});
afterAll(() => harness.close());

interface Rotation {
  readonly id: string;
  readonly tenantId: string | null;
}

const rotate = async (body: unknown): Promise<readonly Rotation[]> =>
  required(await harness.admin('POST', '/keys/rotate', body), 202)['data'] as Rotation[];

/** Until the rotation is as said; the clock moves with each look, so that nothing is waited for. */
async function until(id: string, expected: Record<string, unknown>): Promise<void> {
  await eventually(async () => {
    clock.forward(30);
    expect(required(await harness.admin('GET', `/keys/rotations/${id}`), 200)).toMatchObject(expected);
  });
}

describe('POST /admin/v1/keys/rotate', () => {
  it('replaces the data key of a tenant in the background, and tells how far it is', async () => {
    const tenantId = await world.tenantId();
    const side = await world.side(tenantId, 'test');
    const verification = await side.create();
    const [rotation] = await rotate({ tenantId });
    expect(rotation).toMatchObject({ object: 'key_rotation', tenantId, level: 'tenant', status: 'running' });
    const id = rotation?.id ?? '';
    await until(id, { status: 'done', fromVersion: 1, toVersion: 2, completedAt: expect.any(String) });
    const ended = required(await harness.admin('GET', `/keys/rotations/${id}`), 200);
    const { total, moved, failed } = ended['progress'] as Record<string, number>;
    expect({ moved, failed }).toEqual({ moved: total, failed: 0 });
    expect(await side.call('GET', `/verifications/${verification}`)).toMatchObject({
      status: 200,
      json: { subject: { phone: expect.stringContaining('•') } },
    });
    clock.forward(86_400);
    await until(id, { oldKeyDestroyedAt: expect.any(String) });
    expect(await side.call('GET', `/verifications/${verification}`)).toMatchObject({ status: 200 });
  });

  it('takes one at a time for each tenant, and names the one that runs', async () => {
    const tenantId = await world.tenantId();
    const [running] = await rotate({ tenantId });
    expect(await harness.admin('POST', '/keys/rotate', { tenantId })).toMatchObject({
      status: 409,
      json: { code: 'conflict', rotationId: running?.id },
    });
    const list = required(await harness.admin('GET', `/keys/rotations?tenantId=${tenantId}`), 200);
    expect(list['data']).toMatchObject([{ id: running?.id }]);
  });

  it('rotates everybody’s and our own where no tenant is named', async () => {
    const tenantId = await world.tenantId();
    const begun = await rotate({});
    expect(begun.map((one) => one.tenantId)).toEqual(expect.arrayContaining([tenantId, null]));
    const ours = begun.find((one) => one.tenantId === null);
    await until(ours?.id ?? '', { status: 'done', progress: { failed: 0 } });
  });

  it('is for admins; auditors may look', async () => {
    const { key: auditor } = await world.adminKey('auditor');
    const { key: support } = await world.adminKey('support');
    const path = '/admin/v1/keys';
    expect(await world.call(auditor, 'POST', `${path}/rotate`, {})).toMatchObject({ status: 403 });
    expect(await world.call(support, 'GET', `${path}/rotations`)).toMatchObject({ status: 403 });
    expect(await world.call(auditor, 'GET', `${path}/rotations`)).toMatchObject({ status: 200 });
  });

  it('knows nothing of what is not there', async () => {
    for (const answer of [
      await harness.admin('POST', '/keys/rotate', { tenantId: missingId('tnt') }),
      await harness.admin('GET', `/keys/rotations/${missingId('rot')}`),
    ])
      expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(text(required(await harness.admin('GET', '/keys/rotations?limit=1'), 200), 'nextCursor')).not.toBe(
      '',
    );
  });
});
