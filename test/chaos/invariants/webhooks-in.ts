import { createHash, createHmac, type KeyObject } from 'node:crypto';

import { keyedHash } from '@gatehouse/platform';

import { type SentWebhook } from '../../../apps/simulator/src/kit/journal.js';
import { type VendorAccount } from '../../support/vendor-accounts.js';
import { type Forgery } from '../forger.js';
import { type Records } from '../records.js';
import { countBy } from '../rest.js';
import { check, type Check, counted, showing } from './check.js';

/** What was forged was refused and left nothing; what was accepted of the vendors is there once, whatever came twice. */
export async function webhooksIn(
  accounts: readonly VendorAccount[],
  forgeries: readonly Forgery[],
  records: Records,
): Promise<readonly Check[]> {
  const sent = (await Promise.all(accounts.map(webhooksOf))).flat();
  return [refusals(forgeries, sent), showing(['I3'], await signals(sent, records))];
}

interface Sent extends SentWebhook {
  readonly provider: string;
  /** Carries the vendor's proof. */
  readonly isGenuine: boolean;
}

async function webhooksOf(account: VendorAccount): Promise<readonly Sent[]> {
  const { data } = (await account.control('GET', '/webhooks')) as { data: readonly SentWebhook[] };
  const { provider } = account;
  return (
    data
      // The others are browsers that come back.
      .filter(({ method }) => method !== 'GET')
      .map((webhook) => ({ ...webhook, provider, isGenuine: isGenuine(webhook, account) }))
  );
}

function isGenuine({ headers, body }: SentWebhook, { provider, connection }: VendorAccount): boolean {
  const { callbackPassphrase, secretKey = '' } = connection.credentials;
  if (provider === 'sentinel') return said(body)['passphrase'] === callbackPassphrase;
  const signature = createHmac('sha256', secretKey).update(compact(body)).digest('base64');
  return headers['Dentity-Signature'] === signature;
}

function refusals(forgeries: readonly Forgery[], sent: readonly Sent[]): Check {
  const wrongly = forgeries.flatMap(({ what, status, expected }) =>
    status === null || status === expected ? [] : [`${what}: answered ${status}, not ${expected}`],
  );
  const unproven = sent.filter(({ isGenuine: isProven }) => !isProven);
  const accepted = unproven.flatMap((webhook) =>
    webhook.responseStatus === null || webhook.responseStatus === 401
      ? []
      : [`${nameOf(webhook)}: unproven, and answered ${webhook.responseStatus}`],
  );
  const answered = forgeries.filter(({ status }) => status !== null);
  return check(
    '6. forged webhooks were refused: 401, or 404 at a wrong address',
    forgeries.length + unproven.length,
    [...wrongly, ...accepted],
    [
      ...counted(countBy(answered.map(({ what }) => what))),
      `${forgeries.length - answered.length} × hung up on by a killed gateway`,
      `${unproven.length} × sent by the twins without proof`,
    ],
  );
}

async function signals(sent: readonly Sent[], records: Records): Promise<Check> {
  const { pool, tenantId } = records;
  const key = await records.lookupKey();
  const { rows } = await pool.query<{ hash: string; count: number }>(
    `SELECT encode(dedup_hash, 'hex') AS hash, count(*)::int AS count FROM signals
      WHERE tenant_id = $1 AND source = 'webhook' GROUP BY dedup_hash`,
    [tenantId],
  );
  const stored = new Map(rows.map(({ hash, count }) => [hash, count]));
  const genuine = sent.filter(({ isGenuine: isProven }) => isProven);
  const known = new Map(genuine.map((webhook) => [hashOf(webhook, key), webhook]));
  const accepted = genuine.filter(({ responseStatus }) => responseStatus === 200);
  const acceptedHashes = new Set(accepted.map((webhook) => hashOf(webhook, key)));
  const missing = [...acceptedHashes].flatMap((hash) =>
    stored.get(hash) === 1
      ? []
      : [`${nameOf(known.get(hash))}: accepted, and stored ${stored.get(hash) ?? 0} times`],
  );
  const foreign = [...stored.keys()].flatMap((hash) =>
    known.has(hash) ? [] : [`signal ${hash.slice(0, 16)}: no vendor sent it`],
  );
  const refused = genuine.flatMap((webhook) =>
    webhook.responseStatus === 401 ? [`${nameOf(webhook)}: genuine, and refused`] : [],
  );
  const answers = countBy(
    genuine.map(
      ({ state, responseStatus }) =>
        `genuine, ${state}${responseStatus === null ? '' : ` ${responseStatus}`}`,
    ),
  );
  return check(
    '6. every accepted webhook of a vendor is stored once, and nothing that no vendor sent',
    sent.length,
    [...missing, ...foreign, ...refused],
    counted(answers),
  );
}

/** By what two webhooks are the same (mapping.md 2.4): written here anew, not taken from the adapters. */
function hashOf({ provider, body }: Sent, lookupKey: KeyObject): string {
  const { uuid, event, newStatus, updatedAt, type, _id, status } = said(body);
  const key =
    provider === 'sentinel'
      ? [uuid, event, newStatus, updatedAt]
      : [type, _id, status, createHash('sha256').update(compact(body)).digest('hex')];
  return keyedHash(lookupKey, 'signal', JSON.stringify(key)).toString('hex');
}

function said(body: string): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Readonly<Record<string, unknown>>;
}

function compact(body: string): string {
  return JSON.stringify(JSON.parse(body));
}

function nameOf(webhook: Sent | undefined): string {
  return webhook === undefined ? 'a webhook' : `${webhook.provider} webhook ${webhook.sequence}`;
}
