import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLegalMove, Problem, type VerificationStatus, WebhookRefusal } from '@gatehouse/contract';
import { type NewVerification, tenantScope, type Verification } from '@gatehouse/core';
import { SystemIds, toTypeId } from '@gatehouse/platform';

import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { deliverFromDentity, webhookAddressOf } from '../support/dentity-webhook.js';
import { eventually } from '../support/eventually.js';
import { PROVIDER_NAMES, type ProviderName } from '../support/vendor-accounts.js';

let core: CoreHarness;
beforeAll(async () => {
  core = await startCore();
  core.workers.start();
});
afterAll(() => core.close());

function personAt(provider: ProviderName, input: NewVerification): string {
  return (provider === 'sentinel' ? input.subject.email : input.subject.phone) ?? '';
}

async function begin(
  provider: ProviderName,
  over: Partial<NewVerification> = {},
): Promise<HarnessTenant & { verification: Verification; person: string; input: NewVerification }> {
  const tenant = await core.tenant(provider);
  const input = newVerification(over);
  const verification = await core.verifications.create(tenant.scope, input, null);
  return { ...tenant, verification, person: personAt(provider, input), input };
}

const status = async (tenant: HarnessTenant, id: string): Promise<VerificationStatus> =>
  (await core.verifications.get(tenant.scope, id)).status;

async function update(assignments: string, verificationId: string): Promise<void> {
  await core.pool.query(`UPDATE verifications SET ${assignments} WHERE id = $1`, [verificationId]);
}

interface LedgerRow {
  kind: string;
  version: number | null;
  data: Record<string, unknown>;
}
async function ledgerOf(verificationId: string): Promise<LedgerRow[]> {
  const { rows } = await core.pool.query<LedgerRow>(
    'SELECT kind, version, data FROM ledger_entries WHERE verification_id = $1 ORDER BY id',
    [verificationId],
  );
  return rows;
}

/** Statuses as the ledger tells them; checks on the way that versions grow by one and every move is legal. */
async function storyOf(verificationId: string): Promise<unknown[]> {
  const changes = (await ledgerOf(verificationId)).filter((entry) => entry.version !== null);
  expect(changes.map((entry) => entry.version)).toEqual(changes.map((_, index) => index + 1));
  const story = changes.map((entry) => entry.data['to'] as VerificationStatus);
  story.slice(1).forEach((to, index) => {
    expect(isLegalMove(story[index] ?? to, to)).toBe(true);
  });
  return story;
}

describe.each(PROVIDER_NAMES)('a verification at %s', (provider) => {
  it('is verified by a read after the person is approved', async () => {
    const { scope, account, verification, person } = await begin(provider);
    expect(verification).toMatchObject({ status: 'requires_input', reasonCodes: ['awaiting_user'] });
    expect(verification.action.type).toBe(provider === 'dentity' ? 'sms' : 'redirect');

    await account.finish(person, 'approve');
    const refreshed = await core.verifications.refresh(scope, verification.id);

    expect(refreshed).toMatchObject({ status: 'verified', reasonCodes: [], provider: { source: 'read' } });
    const { identity } = await core.verifications.identity(scope, verification.id);
    expect(identity.person.dateOfBirth).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect((await storyOf(verification.id)).at(-1)).toBe('verified');
  });

  it('is found verified by a scheduled read when no hint ever arrives', async () => {
    const tenant = await begin(provider);
    await tenant.account.finish(tenant.person, 'approve');
    await update('due_at = now()', tenant.verification.id);
    await eventually(async () => {
      expect(await status(tenant, tenant.verification.id)).toBe('verified');
    });
  });

  it('is not verified by a person who fails', async () => {
    const { scope, account, verification, person } = await begin(provider);
    await account.finish(person, 'reject');
    const refreshed = await core.verifications.refresh(scope, verification.id);
    // Sardine knows no negative: a person who declines looks like one who never came.
    expect(refreshed.status).toBe(provider === 'sardine' ? 'requires_input' : 'rejected');
  });

  it('expires at its deadline, after a last read, and still takes a late result', async () => {
    const tenant = await begin(provider);
    await update("expires_at = now() - interval '1 second', due_at = now()", tenant.verification.id);
    await eventually(async () => {
      expect(await status(tenant, tenant.verification.id)).toBe('expired');
    });
    await tenant.account.finish(tenant.person, 'approve');
    expect((await core.verifications.refresh(tenant.scope, tenant.verification.id)).status).toBe('verified');
    expect(await storyOf(tenant.verification.id)).toContain('expired');
  });

  it('keeps its status while the provider is down, says so, and is read again', async () => {
    const tenant = await begin(provider);
    await tenant.account.finish(tenant.person, 'approve');
    await tenant.account.control('POST', '/faults', {
      on: 'request',
      kind: 'status',
      status: 503,
      times: 50,
    });
    await update('due_at = now()', tenant.verification.id);
    await eventually(async () => {
      expect((await ledgerOf(tenant.verification.id)).map((entry) => entry.kind)).toContain('read.failed');
    });
    expect(await status(tenant, tenant.verification.id)).toBe('requires_input');
    await tenant.account.control('DELETE', '/faults');
    await update('due_at = now()', tenant.verification.id);
    await eventually(async () => {
      expect(await status(tenant, tenant.verification.id)).toBe('verified');
    });
  });

  it('can be called off while it waits, and not once it is decided', async () => {
    const waiting = await begin(provider);
    expect((await core.verifications.cancel(waiting.scope, waiting.verification.id)).status).toBe('canceled');
    await waiting.account.finish(waiting.person, 'approve');
    expect((await core.verifications.refresh(waiting.scope, waiting.verification.id)).status).toBe(
      'canceled',
    );

    const decided = await begin(provider);
    await decided.account.finish(decided.person, 'approve');
    await core.verifications.refresh(decided.scope, decided.verification.id);
    await expect(core.verifications.cancel(decided.scope, decided.verification.id)).rejects.toMatchObject({
      code: 'invalid_transition',
    });
  });

  it('stays out of sight of other tenants and of the other environment', async () => {
    const { scope, verification } = await begin(provider);
    const stranger = await core.tenant(provider);
    const otherEnvironment = tenantScope(scope.tenantId, 'live', scope.actor);
    for (const other of [stranger.scope, otherEnvironment]) {
      await expect(core.verifications.get(other, verification.id)).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(core.verifications.refresh(other, verification.id)).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(core.verifications.cancel(other, verification.id)).rejects.toMatchObject({
        code: 'not_found',
      });
      expect((await core.verifications.list(other, {}, { limit: 10, cursor: null })).data).toEqual([]);
    }
  });

  it('applies concurrent reads one after the other, with one ledger entry for each version', async () => {
    const { scope, account, verification, person } = await begin(provider);
    await account.finish(person, 'approve');
    await Promise.all(Array.from({ length: 12 }, () => core.verifications.refresh(scope, verification.id)));
    expect((await storyOf(verification.id)).filter((to) => to === 'verified')).toHaveLength(1);
  });
});

describe('a start whose process died', () => {
  const DIED = `start_state = 'starting', handle_sealed = NULL, action_sealed = NULL, provider_reference = NULL,
    due_at = now(), facts = facts || '{"startedAt": null, "delivery": {"sms": null, "email": null}}'`;

  it.each(['sentinel', 'sardine'] as const)(
    'is begun again at %s, which can without a second effect',
    async (name) => {
      const tenant = await begin(name);
      await update(DIED, tenant.verification.id);
      await eventually(async () => {
        const found = await core.verifications.get(tenant.scope, tenant.verification.id);
        expect(found).toMatchObject({ status: 'requires_input', action: { type: 'redirect' } });
      });
      await tenant.account.finish(tenant.person, 'approve');
      expect((await core.verifications.refresh(tenant.scope, tenant.verification.id)).status).toBe(
        'verified',
      );
    },
  );

  it('is never repeated at Dentity, and found again by the webhook that names it', async () => {
    const tenant = await begin('dentity');
    const { reference } = tenant.verification.provider;
    await update(DIED, tenant.verification.id);
    await eventually(async () => {
      expect(await core.verifications.get(tenant.scope, tenant.verification.id)).toMatchObject({
        status: 'error',
        reasonCodes: ['provider_unavailable'],
        provider: { reference: null },
      });
    });
    // Found by a delivery report alone, it is read and expires like any other.
    await deliver(tenant, {
      type: 'sms_delivery_status',
      _id: reference,
      status: 'pending',
      metadata: { verificationId: tenant.verification.id },
      smsDeliveryEvents: { status: 'sent' },
    });
    await eventually(async () => {
      const { rows } = await core.pool.query<{ due_at: Date | null }>(
        "SELECT due_at FROM verifications WHERE id = $1 AND status = 'requires_input'",
        [tenant.verification.id],
      );
      expect(rows[0]?.due_at).toBeInstanceOf(Date);
    });
    await tenant.account.finish(tenant.person, 'approve');
    await deliver(tenant, {
      type: 'verification_status',
      _id: reference,
      status: 'verified',
      metadata: { verificationId: tenant.verification.id },
    });
    await eventually(async () => {
      expect(await status(tenant, tenant.verification.id)).toBe('verified');
    });
    const sent = await tenant.account.control('GET', '/messages');
    expect(sent).toMatchObject({ data: [{ verificationId: reference }] });
    expect((sent as { data: unknown[] }).data).toHaveLength(1);
  });
});

function deliver(tenant: HarnessTenant, body: Record<string, unknown>): Promise<void> {
  return deliverFromDentity(core.inbox, tenant, body);
}

it('has no work left for a start that failed', async () => {
  const tenant = await core.tenant('sentinel');
  await tenant.account.control('POST', '/faults', { on: 'request', kind: 'status', status: 400, times: 1 });
  await expect(core.verifications.create(tenant.scope, newVerification(), null)).rejects.toMatchObject({
    name: 'VerificationStartFailed',
  });
  const { rows } = await core.pool.query(
    'SELECT status, start_state, due_at FROM verifications WHERE tenant_id = $1',
    [tenant.scope.tenantId],
  );
  expect(rows).toEqual([{ status: 'error', start_state: 'failed', due_at: null }]);
});

it('lets a start of unknown outcome rest once it has expired', async () => {
  const tenant = await begin('dentity');
  await update(
    `start_state = 'unknown', handle_sealed = NULL, expires_at = now() - interval '1 second', due_at = now(),
     facts = facts || '{"startedAt": null, "startFailure": "provider_unavailable"}'`,
    tenant.verification.id,
  );
  await eventually(async () => {
    const { rows } = await core.pool.query('SELECT status, due_at FROM verifications WHERE id = $1', [
      tenant.verification.id,
    ]);
    expect(rows).toEqual([{ status: 'expired', due_at: null }]);
  });
});

describe('the inbox', () => {
  const signals = async (
    tenant: HarnessTenant,
  ): Promise<{ state: string; state_reason: string | null }[]> => {
    const { rows } = await core.pool.query<{ state: string; state_reason: string | null }>(
      'SELECT state, state_reason FROM signals WHERE tenant_id = $1 ORDER BY id',
      [tenant.scope.tenantId],
    );
    return rows;
  };

  it('stores a webhook once however often it comes, and applies it once', async () => {
    const tenant = await begin('dentity');
    const body = {
      type: 'sms_delivery_status',
      _id: tenant.verification.provider.reference,
      status: 'pending',
      smsDeliveryEvents: { to: tenant.person, status: 'failed' },
    };
    await Promise.all(Array.from({ length: 10 }, () => deliver(tenant, body)));
    await eventually(async () => {
      expect(await signals(tenant)).toEqual([{ state: 'applied', state_reason: null }]);
    });
    const found = await core.verifications.get(tenant.scope, tenant.verification.id);
    expect(found).toMatchObject({
      status: 'requires_input',
      reasonCodes: ['awaiting_user', 'contact_unreachable'],
      delivery: { channel: 'sms', state: 'failed' },
    });
  });

  it('takes an orphan up when it comes again and its verification is known by then', async () => {
    const tenant = await begin('dentity');
    const { reference } = tenant.verification.provider;
    await update('provider_reference = NULL', tenant.verification.id);
    const body = { type: 'sms_delivery_status', _id: reference, smsDeliveryEvents: { status: 'failed' } };
    await deliver(tenant, body);
    expect(await signals(tenant)).toEqual([{ state: 'orphan', state_reason: 'awaiting_owner' }]);
    await core.pool.query('UPDATE verifications SET provider_reference = $2 WHERE id = $1', [
      tenant.verification.id,
      reference,
    ]);
    await deliver(tenant, body);
    await eventually(async () => {
      expect(await signals(tenant)).toEqual([{ state: 'applied', state_reason: 'adopted' }]);
    });
  });

  it('keeps a webhook of nobody we know as an orphan', async () => {
    const tenant = await core.tenant('dentity');
    await deliver(tenant, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718293',
      status: 'verified',
    });
    expect(await signals(tenant)).toEqual([{ state: 'orphan', state_reason: 'awaiting_owner' }]);
  });

  it('refuses a webhook that does not prove itself, and stores nothing', async () => {
    const tenant = await begin('dentity');
    const body = Buffer.from(
      JSON.stringify({
        type: 'verification_status',
        _id: tenant.verification.provider.reference,
        status: 'verified',
      }),
    );
    const forged = createHmac('sha256', 'another secret').update(body).digest('base64');
    for (const headers of [{}, { 'dentity-signature': forged }, { 'dentity-signature': 'short' }]) {
      await expect(
        core.inbox.receive(webhookAddressOf(tenant), { method: 'PUT', headers, body }),
      ).rejects.toBeInstanceOf(WebhookRefusal);
    }
    expect(await signals(tenant)).toEqual([]);
    expect(await status(tenant, tenant.verification.id)).toBe('requires_input');
  });

  it('knows no address but the exact one', async () => {
    const tenant = await core.tenant('dentity');
    const other = await core.tenant('dentity');
    const address = webhookAddressOf(tenant);
    const raw = { method: 'PUT', headers: {}, body: Buffer.from('{}') };
    const wrong = [
      { ...address, token: address.token.slice(0, -1) + (address.token.endsWith('0') ? '1' : '0') },
      { ...address, token: webhookAddressOf(other).token },
      { ...address, connectionId: new SystemIds().next() },
      { ...address, provider: 'sentinel' },
      { ...address, token: '' },
    ];
    for (const candidate of wrong) {
      await expect(core.inbox.receive(candidate, raw)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('never verifies by a webhook alone: the confirming read decides', async () => {
    const tenant = await begin('dentity');
    await deliver(tenant, {
      type: 'verification_status',
      _id: tenant.verification.provider.reference,
      status: 'verified',
      metadata: { verificationId: tenant.verification.id },
    });
    await eventually(async () => {
      const entries = await ledgerOf(tenant.verification.id);
      expect(entries.some((entry) => entry.data['contradictedClaim'] === 'verified')).toBe(true);
    });
    expect(await status(tenant, tenant.verification.id)).toBe('requires_input');
    expect(await storyOf(tenant.verification.id)).not.toContain('verified');
  });

  it('does not follow an echoed id to a verification of another tenant', async () => {
    const victim = await begin('dentity');
    const attacker = await core.tenant('dentity');
    await deliver(attacker, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718294',
      status: 'verified',
      metadata: { verificationId: victim.verification.id },
    });
    expect(await signals(attacker)).toEqual([{ state: 'orphan', state_reason: 'awaiting_owner' }]);
    expect((await ledgerOf(victim.verification.id)).some((entry) => entry.data['signal'] === 'webhook')).toBe(
      false,
    );
    expect(await status(victim, victim.verification.id)).toBe('requires_input');
  });
});

describe('after the verdict', () => {
  it('goes round again at Sentinel when the record is sent back to Draft', async () => {
    const tenant = await begin('sentinel');
    const { scope, account, verification, person } = tenant;
    await account.finish(person, 'approve');
    await core.verifications.refresh(scope, verification.id);
    await account.control('POST', `/customers/${encodeURIComponent(person)}/draft`, {
      reason: 'document_unreadable',
    });

    const again = await core.verifications.refresh(scope, verification.id);
    expect(again).toMatchObject({ status: 'requires_input', attempt: 2, completedAt: null });
    expect(again.reasonCodes).toContain('awaiting_resubmission');
    const renewed = await core.verifications.renewLink(scope, verification.id);
    expect(renewed.action.type).toBe('redirect');

    await account.finish(person, 'approve');
    expect((await core.verifications.refresh(scope, verification.id)).status).toBe('verified');
    expect(await storyOf(verification.id)).toEqual([
      'requires_input',
      'verified',
      'requires_input',
      // The new link is a version of its own.
      'requires_input',
      'verified',
    ]);
  });

  it('is revoked for good when consent is withdrawn at Sardine', async () => {
    const { scope, account, verification, person } = await begin('sardine');
    await account.finish(person, 'approve');
    await core.verifications.refresh(scope, verification.id);
    const path = `/people/${encodeURIComponent(person)}`;
    await account.control('POST', `${path}/revoke-consent`, {});
    expect(await core.verifications.refresh(scope, verification.id)).toMatchObject({
      status: 'revoked',
      reasonCodes: ['consent_revoked'],
    });
    await account.control('POST', `${path}/restore-consent`, {});
    expect((await core.verifications.refresh(scope, verification.id)).status).toBe('revoked');
  });

  it('does not take an earlier result of the same person for this one', async () => {
    const first = await begin('sentinel');
    await first.account.finish(first.person, 'approve');
    await first.account.control('POST', '/clock', { advanceSeconds: 60 });
    const impostor = await core.verifications.create(first.scope, first.input, null);
    const refreshed = await core.verifications.refresh(first.scope, impostor.id);
    expect(refreshed.status).toBe('requires_input');
  });

  it.each(['sentinel', 'sardine'] as const)(
    'gives a result at %s to the verification that asked last, and to none that lay in wait',
    async (provider) => {
      const waiting = await begin(provider);
      const honest = await core.verifications.create(waiting.scope, waiting.input, null);
      await waiting.account.finish(waiting.person, 'approve');
      expect((await core.verifications.refresh(waiting.scope, waiting.verification.id)).status).toBe(
        'requires_input',
      );
      expect((await ledgerOf(waiting.verification.id)).at(-1)).toMatchObject({
        kind: 'signal.set_aside',
        data: { reason: 'superseded' },
      });
      expect((await core.verifications.refresh(waiting.scope, honest.id)).status).toBe('verified');
      expect((await core.verifications.refresh(waiting.scope, waiting.verification.id)).status).toBe(
        'requires_input',
      );
    },
  );

  it('expires a verification whose result went to a newer one while it was being decided', async () => {
    const first = await begin('sentinel');
    await first.account.control('POST', `/people/${encodeURIComponent(first.person)}/finish`, {
      outcome: 'pending',
    });
    expect((await core.verifications.refresh(first.scope, first.verification.id)).status).toBe('processing');
    const second = await core.verifications.create(first.scope, first.input, null);
    await first.account.finish(first.person, 'approve');
    expect((await core.verifications.refresh(first.scope, second.id)).status).toBe('verified');
    expect((await core.verifications.refresh(first.scope, first.verification.id)).status).toBe(
      'requires_input',
    );
    await update("expires_at = now() - interval '1 second', due_at = now()", first.verification.id);
    await eventually(async () => {
      expect(await status(first, first.verification.id)).toBe('expired');
    });
  });

  it('does not lose a result to a verification that never began', async () => {
    const first = await begin('sentinel');
    await first.account.control('POST', '/faults', { on: 'request', kind: 'status', status: 400, times: 1 });
    await expect(core.verifications.create(first.scope, first.input, null)).rejects.toThrow();
    await update("expires_at = now() - interval '1 second'", first.verification.id);
    await first.account.finish(first.person, 'approve');
    expect((await core.verifications.refresh(first.scope, first.verification.id)).status).toBe('verified');
  });

  it('takes people who share a phone for two, where the provider tells them apart', async () => {
    const first = await begin('sentinel');
    const { email } = newVerification().subject;
    const relative = { ...first.input, subject: { ...first.input.subject, email } };
    await core.verifications.create(first.scope, relative, null);
    await first.account.finish(first.person, 'approve');
    expect((await core.verifications.refresh(first.scope, first.verification.id)).status).toBe('verified');
  });

  it('gives two users who claim one person to a human', async () => {
    const first = await begin('sentinel', { reference: 'user-1' });
    const second = await core.verifications.create(
      first.scope,
      { ...first.input, reference: 'user-2' },
      null,
    );
    await first.account.finish(first.person, 'approve');
    expect(await core.verifications.refresh(first.scope, second.id)).toMatchObject({
      status: 'needs_review',
      reasonCodes: ['duplicate_identity'],
    });
  });

  it('keeps what was verified when the same person is verified again', async () => {
    const first = await begin('sentinel');
    await first.account.finish(first.person, 'approve');
    await core.verifications.refresh(first.scope, first.verification.id);
    const again = await core.verifications.create(first.scope, first.input, null);
    await first.account.finish(first.person, 'approve');
    expect((await core.verifications.refresh(first.scope, again.id)).status).toBe('verified');
    expect((await core.verifications.refresh(first.scope, first.verification.id)).status).toBe('verified');
  });

  it('does not revoke because the provider has nothing twice within a moment', async () => {
    const tenant = await begin('sardine');
    const { scope, account, verification, person } = tenant;
    await account.finish(person, 'approve');
    await core.verifications.refresh(scope, verification.id);
    await account.control('POST', '/faults', { on: 'request', kind: 'status', status: 404, times: 3 });
    await core.verifications.refresh(scope, verification.id);
    await core.verifications.refresh(scope, verification.id);
    expect(await status(tenant, verification.id)).toBe('verified');

    // The same, but the first absence was a while ago.
    const longAgo = new Date(Date.now() - 3_600_000).toISOString();
    await core.pool.query(
      `UPDATE verifications SET facts = facts || jsonb_build_object('absentAt', $2::text, 'presentAt', $3::text) WHERE id = $1`,
      [verification.id, longAgo, new Date(Date.now() - 7_200_000).toISOString()],
    );
    expect((await core.verifications.refresh(scope, verification.id)).status).toBe('revoked');
  });

  it('keeps no report once consent is withdrawn, archived or still to be fetched', async () => {
    const { scope, account, verification, person } = await begin('sardine');
    await account.finish(person, 'approve');
    await core.verifications.refresh(scope, verification.id);
    // No vendor of today has both a report and a consent that can be withdrawn.
    const { pool } = core;
    await pool.query(
      `INSERT INTO archived_reports (tenant_id, verification_id, confidences, environment, state, bucket, due_at, created_at)
       VALUES ($1, $2, false, 'test', 'archived', 0, NULL, now()), ($1, $2, true, 'test', 'pending', 0, now() + interval '1 day', now())`,
      [scope.tenantId, verification.id],
    );
    await pool.query(
      `INSERT INTO archived_report_parts (tenant_id, verification_id, confidences, position, sealed)
       VALUES ($1, $2, false, 0, 'sealed')`,
      [scope.tenantId, verification.id],
    );
    await account.control('POST', `/people/${encodeURIComponent(person)}/revoke-consent`, {});
    expect((await core.verifications.refresh(scope, verification.id)).status).toBe('revoked');
    const reports = await pool.query(
      'SELECT state, due_at FROM archived_reports WHERE verification_id = $1',
      [verification.id],
    );
    expect(reports.rows).toEqual([
      { state: 'withdrawn', due_at: null },
      { state: 'withdrawn', due_at: null },
    ]);
    const parts = await pool.query('SELECT FROM archived_report_parts WHERE verification_id = $1', [
      verification.id,
    ]);
    expect(parts.rowCount).toBe(0);
  });

  it('passes on no identity once consent is withdrawn', async () => {
    const { scope, account, verification, person } = await begin('sardine');
    await account.finish(person, 'approve');
    await core.verifications.refresh(scope, verification.id);
    await core.verifications.identity(scope, verification.id);
    await account.control('POST', `/people/${encodeURIComponent(person)}/revoke-consent`, {});
    await core.verifications.refresh(scope, verification.id);
    await expect(core.verifications.identity(scope, verification.id)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('cannot mint a second link at Dentity, and says who could', async () => {
    const { scope, verification } = await begin('dentity');
    const refusal: unknown = await core.verifications
      .renewLink(scope, verification.id)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({
      code: 'capability_unsupported',
      provider: 'dentity',
      extensions: { supportedBy: ['sentinel', 'sardine'] },
    });
  });
});

describe('the browser’s return', () => {
  it.each([
    ['sentinel', 'redirectUrl'],
    ['sardine', 'success_url'],
  ] as const)('starts a read at once at %s and leads to the caller’s page', async (provider, parameter) => {
    const tenant = await begin(provider, { redirectUrl: 'https://app.northwind.test/done?x=1' });
    const { action } = tenant.verification;
    const url = action.type === 'redirect' ? new URL(action.url) : null;
    const token = url?.searchParams.get(parameter)?.split('/').at(-1) ?? '';
    await tenant.account.finish(tenant.person, 'approve');

    expect(await core.returns.arrive(token)).toEqual({
      verificationId: tenant.verification.id,
      location: { url: 'https://app.northwind.test/done?x=1', isCallers: true },
    });
    await eventually(async () => {
      expect(await status(tenant, tenant.verification.id)).toBe('verified');
    });
  });

  it('accepts no token that we did not make, and none of a tenant that does not exist', async () => {
    const ofNobody = Buffer.alloc(49, 7).toString('base64url');
    for (const token of ['', 'x', 'A'.repeat(66), `${'A'.repeat(65)}.`, ofNobody]) {
      await expect(core.returns.arrive(token)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('does not call a link wrong because the database fails', async () => {
    const ofTenantNotYetSeen = Buffer.alloc(49, 8).toString('base64url');
    await core.pool.query('ALTER TABLE tenant_keys RENAME TO tenant_keys_away');
    try {
      await expect(core.returns.arrive(ofTenantNotYetSeen)).rejects.toMatchObject({ name: 'DatabaseError' });
    } finally {
      await core.pool.query('ALTER TABLE tenant_keys_away RENAME TO tenant_keys');
    }
    await expect(core.returns.arrive(ofTenantNotYetSeen)).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('lets go of a connection once nobody is under way with it, and keeps what was verified', async () => {
  const { scope, account, verification, person } = await begin('sentinel');
  const remove = (): Promise<void> =>
    core.connections.remove('test', scope.tenantId, 'test', 'sentinel', null);
  await expect(remove()).rejects.toMatchObject({
    code: 'conflict',
    extensions: { heldBy: { verifications: { count: 1, ids: [toTypeId('ver', verification.id)] } } },
  });
  await account.finish(person, 'approve');
  await core.verifications.refresh(scope, verification.id);
  await expect(remove()).rejects.toMatchObject({ extensions: { heldBy: { policies: [{ version: 1 }] } } });
  await core.route(scope, 'sardine');
  await remove();
  await update('due_at = now()', verification.id);
  await eventually(async () => {
    const { rows } = await core.pool.query<{ due_at: Date | null }>(
      'SELECT due_at FROM verifications WHERE id = $1',
      [verification.id],
    );
    expect(rows[0]?.due_at).toBeNull();
  });
  expect((await core.verifications.get(scope, verification.id)).status).toBe('verified');
});

it('finds a person by e-mail or phone through keyed hashes only', async () => {
  const { scope, verification, input } = await begin('sentinel', { reference: 'user-42' });
  const page = { limit: 10, cursor: null };
  const email = input.subject.email?.toUpperCase() ?? null;
  expect((await core.verifications.search(scope, { email, phone: null }, page)).data).toMatchObject([
    { id: verification.id },
  ]);
  expect(
    (await core.verifications.search(scope, { email: null, phone: input.subject.phone }, page)).data,
  ).toHaveLength(1);
  expect((await core.verifications.list(scope, { reference: 'user-42' }, page)).data).toHaveLength(1);
  expect((await core.verifications.list(scope, { reference: 'user-43' }, page)).data).toEqual([]);
});

it('opens no sealed value in another row’s place', async () => {
  const tenant = await core.tenant('sentinel');
  const [a, b] = [newVerification(), newVerification()];
  const first = await core.verifications.create(tenant.scope, a, null);
  const second = await core.verifications.create(tenant.scope, b, null);
  await core.pool.query(
    `UPDATE verifications v SET request_sealed = o.request_sealed FROM verifications o
      WHERE v.id = $1 AND o.id = $2`,
    [first.id, second.id],
  );
  await expect(core.verifications.get(tenant.scope, first.id)).rejects.toMatchObject({ name: 'SealError' });
});

it('pages through all verifications without gap or repeat', async () => {
  const tenant = await core.tenant('sentinel');
  const made = new Set<string>();
  for (let index = 0; index < 7; index += 1) {
    made.add((await core.verifications.create(tenant.scope, newVerification(), null)).id);
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: readonly Verification[]; nextCursor: string | null } = await core.verifications.list(
      tenant.scope,
      { status: 'requires_input' },
      { limit: 3, cursor },
    );
    seen.push(...page.data.map((verification) => verification.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(7);
  expect(new Set(seen)).toEqual(made);
});
