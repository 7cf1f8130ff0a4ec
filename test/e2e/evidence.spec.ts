import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, present } from '../support/eventually.js';
import {
  ALL_SCOPES,
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
} from '../support/gateway-harness.js';
import { type ProviderName } from '../support/vendor-accounts.js';
import { connectedTenant, begin, nameAt, reached, statusOf, verified } from '../support/verified.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

const DAY_SECONDS = 86_400;

const connected = (
  provider: ProviderName,
  switches: Record<string, unknown> = {},
): ReturnType<typeof connectedTenant> => connectedTenant(harness, provider, switches);

interface Download {
  readonly status: number;
  readonly type: string | null;
  readonly cache: string | null;
  readonly bytes: Buffer;
}

async function download(tenant: GatewayTenant, path: string): Promise<Download> {
  const response = await fetch(`${harness.origin}/v1${path}`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly documentId: string | null;
  readonly mediaType: string | null;
}

async function imagesOf(tenant: GatewayTenant, id: string): Promise<readonly Listed[]> {
  return (required(await tenant.call('GET', `/verifications/${id}/images`), 200) as { data: Listed[] }).data;
}

/** One that is there for sure: an empty list proves nothing about who may see an image. */
async function pathOfAnImage(tenant: GatewayTenant, id: string): Promise<string> {
  const [image] = await imagesOf(tenant, id);
  return `/verifications/${id}/images/${present(image, 'image').id}`;
}

const isJpeg = (bytes: Buffer): boolean => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]));
const isPng = (bytes: Buffer): boolean => bytes.subarray(1, 4).toString() === 'PNG';

describe.each([
  ['sentinel', {}],
  ['sardine', { imageEncoding: 'base64' }],
  ['sardine', { imageEncoding: 'data-uri' }],
  ['sardine', { imageEncoding: 'url' }],
  ['dentity', {}],
] as const)('images at %s (%j)', (provider, switches) => {
  it('are listed as many as the record says, and come through one by one, never kept, each view recorded', async () => {
    const { tenant, account } = await connected(provider, switches);
    const { id } = await verified(tenant, account);
    const images = await eventually(async () => {
      const listed = await imagesOf(tenant, id);
      expect(listed.length).toBeGreaterThan(0);
      expect(await statusOf(tenant, id)).toMatchObject({ evidence: { images: listed.length } });
      return listed;
    });
    const identity = required(await tenant.call('GET', `/verifications/${id}/identity`), 200);
    const documents = (identity['documents'] as { id: string }[]).map((document) => document.id);
    for (const image of images) {
      expect(image.id).toMatch(/^img_[0-9a-z]{26}$/);
      if (image.documentId !== null) expect(documents).toContain(image.documentId);
      const { status, type, cache, bytes } = await download(
        tenant,
        `/verifications/${id}/images/${image.id}`,
      );
      expect({ status, cache }).toEqual({ status: 200, cache: 'no-store' });
      expect(isJpeg(bytes) ? 'image/jpeg' : isPng(bytes) ? 'image/png' : 'neither').toBe(type);
      if (image.mediaType !== null) expect(type).toBe(image.mediaType);
    }
    expect(new Set(images.map((image) => image.id)).size).toBe(images.length);
    expect(await imagesOf(tenant, id)).toEqual(images);

    const { data } = required(await tenant.call('GET', `/verifications/${id}/events?limit=200`), 200) as {
      data: { type: string; actor: string; data: Record<string, unknown> }[];
    };
    const views = data.filter(({ type }) => type === 'image.viewed');
    expect(views).toHaveLength(images.length);
    expect(views.map((view) => view.data['imageId']).sort()).toEqual(images.map((image) => image.id).sort());
    expect(views.every(({ actor }) => actor.startsWith('key:'))).toBe(true);
    expect(data.some(({ type }) => type === 'images.listed')).toBe(true);
  });

  it('are not given for another image, before there is a result, or without the scope', async () => {
    const { tenant, account } = await connected(provider, switches);
    const { id, person } = await begin(tenant);
    expect(await imagesOf(tenant, id)).toEqual([]);
    await account.finish(nameAt(provider, person), 'approve');
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    await reached(tenant, id, 'verified');
    // Dentity's images come with a webhook, which may be later than our own read of the verdict.
    await eventually(async () => {
      expect(await imagesOf(tenant, id)).not.toEqual([]);
    });
    const other = 'img_01kahn4r5sf1trr9gy5vqd2s0x';
    // The links are there a moment before it is recorded how long they last.
    await eventually(async () => {
      const { status } = await download(tenant, `/verifications/${id}/images/${other}`);
      expect(status).toBe(provider === 'dentity' ? 410 : 404);
    });
    const blind = await harness.tenant(ALL_SCOPES.filter((scope) => scope !== 'images:read'));
    expect((await blind.call('GET', `/verifications/${id}/images`)).status).toBe(403);
  });
});

it('gives no image of a person whose consent is withdrawn', async () => {
  const { tenant, account } = await connected('sardine');
  const { id, person } = await verified(tenant, account);
  const path = await pathOfAnImage(tenant, id);
  expect((await download(tenant, path)).status).toBe(200);
  await account.control('POST', `/people/${encodeURIComponent(person.phone)}/revoke-consent`);
  // Before we know of it, the provider's own answer counts; afterwards ours.
  expect(await tenant.call('GET', path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
  required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
  await reached(tenant, id, 'revoked');
  expect(await tenant.call('GET', `/verifications/${id}/images`)).toMatchObject({
    status: 410,
    json: { code: 'evidence_lost' },
  });
});

it('gives no image of whoever else the provider answers with', async () => {
  const { tenant, account } = await connected('sentinel');
  await verified(tenant, account);
  const { id } = await verified(tenant, account);
  const path = await pathOfAnImage(tenant, id);
  expect((await download(tenant, path)).status).toBe(200);
  await account.control('PATCH', '/switches', { lookupAnswersWrongPerson: true });
  expect(await tenant.call('GET', path)).toMatchObject({ status: 410, json: { code: 'evidence_lost' } });
});

it('has images that live for a minute for a minute, and says afterwards that they are lost', async () => {
  const { tenant, account } = await connected('dentity');
  const { id } = await verified(tenant, account);
  const path = await eventually(() => pathOfAnImage(tenant, id));
  expect((await download(tenant, path)).status).toBe(200);
  await account.control('POST', '/clock', { advanceSeconds: 61 });
  const lost = await tenant.call('GET', path);
  expect(lost).toMatchObject({ status: 410, json: { code: 'evidence_lost', provider: 'dentity' } });
  // The address opens the image for whoever has it: it is nowhere.
  const rows = await harness.database.across.query<{ found: string }>({
    name: 'test_everything_of_signals',
    text: `SELECT string_agg(s::text, '') || coalesce(string_agg(v::text, ''), '') AS found
             FROM signals s LEFT JOIN verifications v ON v.id = s.verification_id`,
  });
  expect(rows[0]?.found).not.toContain('X-Amz');
  expect(harness.logLines().join('\n')).not.toContain('X-Amz');
});

describe('a report', () => {
  it('comes through as a PDF, with confidences and without, for a day', async () => {
    const { tenant, account } = await connected('dentity');
    const { id, record } = await verified(tenant, account);
    expect(record).toMatchObject({ evidence: { report: true } });
    const path = `/verifications/${id}/report`;
    const plain = await download(tenant, path);
    const confident = await download(tenant, `${path}?confidences=true`);
    for (const { status, type, bytes } of [plain, confident]) {
      expect({ status, type }).toEqual({ status: 200, type: 'application/pdf' });
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    }
    expect(confident.bytes.equals(plain.bytes)).toBe(false);
    await account.control('POST', '/clock', { advanceSeconds: DAY_SECONDS + 60 });
    expect(await tenant.call('GET', path)).toMatchObject({ status: 410, json: { code: 'evidence_lost' } });
  });

  it('is kept, encrypted, where the tenant wants it, and then outlives the provider’s', async () => {
    const { tenant, account } = await connected('dentity', { pdfBytes: 700_000 });
    required(await harness.admin('PATCH', `/tenants/${tenant.id}`, { reportArchive: 'encrypted' }), 200);
    const { id } = await verified(tenant, account);
    const path = `/verifications/${id}/report`;
    const [plain, confident] = [
      await download(tenant, path),
      await download(tenant, `${path}?confidences=true`),
    ];
    await eventually(async () => {
      const { data } = required(await tenant.call('GET', `/verifications/${id}/events?limit=200`), 200) as {
        data: { type: string }[];
      };
      expect(data.filter(({ type }) => type === 'report.archived')).toHaveLength(2);
    });
    await account.control('POST', '/clock', { advanceSeconds: 2 * DAY_SECONDS });
    const connection = `/tenants/${tenant.id}/connections/dentity?environment=test`;
    await tenant.connect('sardine');
    await tenant.route('sardine');
    required(await harness.admin('DELETE', connection), 204);
    expect((await download(tenant, path)).bytes.equals(plain.bytes)).toBe(true);
    expect((await download(tenant, `${path}?confidences=true`)).bytes.equals(confident.bytes)).toBe(true);
    const [parts] = await harness.database.across.query<{ count: number; clear: number }>({
      name: 'test_archived_parts',
      text: `SELECT count(*)::int AS count, count(*) FILTER (WHERE position('%PDF'::bytea IN sealed) > 0)::int AS clear
               FROM archived_report_parts`,
    });
    expect(parts?.count).toBeGreaterThan(4);
    expect(parts?.clear).toBe(0);
  });

  it('that fails to come is fetched again, and one that is gone is recorded as lost', async () => {
    const { tenant, account } = await connected('dentity');
    required(await harness.admin('PATCH', `/tenants/${tenant.id}`, { reportArchive: 'encrypted' }), 200);
    await account.control('POST', '/faults', {
      on: 'request',
      kind: 'status',
      status: 404,
      path: 'confidences=false',
      times: 100,
    });
    const { id } = await verified(tenant, account);
    await eventually(async () => {
      const { data } = required(await tenant.call('GET', `/verifications/${id}/events?limit=200`), 200) as {
        data: { type: string; data: Record<string, unknown> }[];
      };
      expect(
        data
          .filter(({ type }) => type.startsWith('report.'))
          .map(({ type }) => type)
          .sort(),
      ).toEqual(['report.archived', 'report.lost']);
    });
  });

  it.each(['sentinel', 'sardine'] as const)(
    'is nothing that %s has, and the answer says who does',
    async (provider) => {
      const { tenant, account } = await connected(provider);
      const { id } = await verified(tenant, account);
      expect(await tenant.call('GET', `/verifications/${id}/report`)).toMatchObject({
        status: 409,
        json: { code: 'capability_unsupported', provider, supportedBy: ['dentity'] },
      });
    },
  );
});

describe('verified claims', () => {
  it('name the tenant’s trust framework, the evidence and who checked it', async () => {
    const { tenant, account } = await connected('sentinel');
    const { id } = await verified(tenant, account);
    const path = `/verifications/${id}/identity?format=oidc4ida`;
    expect(await tenant.call('GET', path)).toMatchObject({
      status: 409,
      json: { code: 'trust_framework_not_configured' },
    });
    const frame = { trustFramework: 'uae_aml', assuranceLevel: 'high' };
    required(await harness.admin('PATCH', `/tenants/${tenant.id}`, frame), 200);
    const { verified_claims: claims } = required(await tenant.call('GET', path), 200);
    expect(claims).toMatchObject({
      verification: {
        trust_framework: 'uae_aml',
        assurance_level: 'high',
        verification_process: id,
        evidence: [
          {
            type: 'document',
            check_details: [
              { check_method: 'vri', organization: 'sentinel' },
              { check_method: 'bvr', organization: 'sentinel' },
            ],
            document_details: { type: 'passport', issuer: { name: 'CSPD' } },
          },
        ],
      },
      claims: { given_name: expect.any(String), birthdate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    });
    expect(JSON.stringify(claims)).not.toContain('null');
  });

  it('are not to be had of anybody who is not verified', async () => {
    const { tenant, account } = await connected('sentinel');
    required(await harness.admin('PATCH', `/tenants/${tenant.id}`, { trustFramework: 'uae_aml' }), 200);
    const { id, person } = await begin(tenant);
    await account.finish(person.email, 'reject');
    required(await tenant.call('POST', `/verifications/${id}/refresh`), 200);
    expect(await tenant.call('GET', `/verifications/${id}/identity?format=oidc4ida`)).toMatchObject({
      status: 404,
    });
    expect((await tenant.call('GET', `/verifications/${id}/identity`)).status).toBe(200);
  });
});
