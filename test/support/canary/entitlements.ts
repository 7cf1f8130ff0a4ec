import { type Overheard } from './eavesdropper.js';
import { type Allowance } from './canaries.js';

/*
 * Every place where something planted may be read in the clear, with the reason. Whatever is not here is a leak.
 */

interface AnswerEntitlement {
  readonly routes: readonly string[];
  /** Members that may hold it: `action.url`, `data.*.reference`; header fields as `header:location`, what is no JSON as `body`. */
  readonly members: readonly string[];
  readonly allowed: readonly Allowance[];
}

const OWN_WORDS: readonly Allowance[] = [
  { label: 'reference', reason: 'the caller’s own name for the person (API.md 2)' },
  { label: 'metadata', reason: 'the caller’s own (API.md 2)' },
  { label: 'redirectUrl', reason: 'the caller’s own (API.md 2)' },
];
const WEBHOOK_WORDS: readonly Allowance[] = [
  { label: 'webhook url', reason: 'the caller’s own address, read back by who may' },
  { label: 'query of a webhook url', reason: 'the caller’s own address, read back by who may' },
  { label: 'webhook description', reason: 'its own member' },
];
const LEDGER_WORDS: readonly Allowance[] = [
  { label: 'setting', reason: 'who changed which setting from what to what is audited' },
  { label: 'routing note', reason: 'so is why a policy was changed' },
];
const VERIFICATION_MEMBERS = ['reference', 'metadata', 'redirectUrl'];

const HOLD_WORDS: readonly Allowance[] = [
  { label: 'reason of a legal hold', reason: 'read back by who may place one; sealed in the database' },
];

const DUTY_WORDS: readonly Allowance[] = [
  { label: 'note on a duty', reason: 'read back by who may close one; sealed in the database' },
];

const ANSWERS: readonly AnswerEntitlement[] = [
  { routes: ['POST /admin/v1/tenants/{id}/holds'], members: ['reason'], allowed: HOLD_WORDS },
  { routes: ['GET /admin/v1/tenants/{id}/holds'], members: ['data.*.reason'], allowed: HOLD_WORDS },
  {
    routes: [
      'POST /admin/v1/tenants/{id}/erasures/{id}/duties/{id}/done',
      'GET /admin/v1/tenants/{id}/erasures/{id}',
    ],
    members: ['providerCopies.*.note'],
    allowed: DUTY_WORDS,
  },
  {
    routes: ['GET /admin/v1/tenants/{id}/erasures'],
    members: ['data.*.providerCopies.*.note'],
    allowed: DUTY_WORDS,
  },
  {
    routes: [
      'POST /v1/verifications',
      'GET /v1/verifications/{id}',
      'POST /v1/verifications/{id}/refresh',
      'POST /v1/verifications/{id}/link',
      'POST /v1/verifications/{id}/cancel',
      'POST /v1/verifications/{id}/retry',
      'POST /v1/verifications/{id}/decision',
      'PATCH /v1/verifications/{id}/contact',
    ],
    members: VERIFICATION_MEMBERS,
    allowed: OWN_WORDS,
  },
  {
    routes: [
      'GET /admin/v1/verifications/{id}',
      'POST /admin/v1/verifications/{id}/decision',
      'POST /admin/v1/verifications/{id}/refresh',
    ],
    members: VERIFICATION_MEMBERS,
    allowed: OWN_WORDS,
  },
  {
    routes: ['GET /admin/v1/verifications', 'POST /admin/v1/verifications/search'],
    members: VERIFICATION_MEMBERS.map((member) => `data.*.${member}`),
    allowed: OWN_WORDS,
  },
  {
    routes: ['GET /v1/verifications', 'POST /v1/verifications/search', 'POST /v1/verifications/status'],
    members: VERIFICATION_MEMBERS.map((member) => `data.*.${member}`),
    allowed: OWN_WORDS,
  },
  {
    routes: [
      'POST /v1/verifications',
      'GET /v1/verifications/{id}',
      'POST /v1/verifications/{id}/refresh',
      'POST /v1/verifications/{id}/link',
      'POST /v1/verifications/{id}/cancel',
      'POST /v1/verifications/{id}/retry',
    ],
    members: ['action.url'],
    allowed: [{ label: 'return token', reason: 'the person’s link leads back through it (API.md 5)' }],
  },
  {
    routes: ['GET /v1/verifications', 'POST /v1/verifications/search'],
    members: ['data.*.action.url'],
    allowed: [{ label: 'return token', reason: 'the person’s link leads back through it (API.md 5)' }],
  },
  {
    routes: ['GET /v1/verifications/{id}/identity'],
    members: ['person', 'documents', 'risk', 'consent'],
    allowed: [
      { label: 'identity', reason: 'what the endpoint is for, behind a scope of its own (API.md 3)' },
      { label: 'subject', reason: 'what the endpoint is for, behind a scope of its own (API.md 3)' },
    ],
  },
  {
    routes: ['POST /admin/v1/verifications/{id}/identity'],
    members: ['person', 'documents', 'risk', 'consent'],
    allowed: [
      { label: 'identity', reason: 'what the endpoint is for, to who says why, and that is in the ledger' },
      { label: 'subject', reason: 'what the endpoint is for, to who says why, and that is in the ledger' },
    ],
  },
  {
    routes: ['GET /v1/verifications/{id}/identity/receipt'],
    members: ['opening.value'],
    allowed: [
      { label: 'identity', reason: 'opens the commitment to it, behind the same scope (API.md 3)' },
      { label: 'subject', reason: 'opens the commitment to it, behind the same scope (API.md 3)' },
    ],
  },
  {
    routes: ['GET /v1/verifications/{id}/report'],
    members: ['body'],
    allowed: [
      {
        label: 'identity',
        reason: 'the provider’s report on the person is what the endpoint is for (API.md 3)',
      },
      {
        label: 'subject',
        reason: 'the provider’s report on the person is what the endpoint is for (API.md 3)',
      },
    ],
  },
  {
    routes: ['POST /v1/lookups', 'GET /v1/provider-customers'],
    members: ['identity', 'data.*.identity'],
    allowed: [
      { label: 'identity', reason: 'who the provider says it is, behind a scope of its own (API.md 3)' },
      { label: 'subject', reason: 'who the provider says it is, behind a scope of its own (API.md 3)' },
    ],
  },
  {
    routes: ['GET /admin/v1/audit-log', 'GET /admin/v1/audit-log/export'],
    // A page of the search, and the lines of an export.
    members: ['data.*.data', '*.entry'],
    allowed: LEDGER_WORDS,
  },
  {
    routes: ['POST /admin/v1/tenants/{id}/api-keys', 'POST /admin/v1/tenants/{id}/api-keys/{id}/rotate'],
    members: ['key'],
    allowed: [{ label: 'api key', reason: 'shown this once (API.md 1)' }],
  },
  {
    routes: ['POST /admin/v1/admin-keys'],
    members: ['key'],
    allowed: [{ label: 'admin key', reason: 'shown this once (API.md 1)' }],
  },
  {
    routes: ['POST /admin/v1/tenants/{id}/connections/sentinel/register-webhook'],
    members: ['webhookUrl'],
    allowed: [{ label: 'webhook token', reason: 'the connection, as when it is read (API.md 5)' }],
  },
  {
    routes: ['PUT', 'GET'].flatMap((method) =>
      ['sentinel', 'sardine', 'dentity'].map(
        (provider) => `${method} /admin/v1/tenants/{id}/connections/${provider}`,
      ),
    ),
    members: ['webhookUrl', 'settings'],
    allowed: [
      { label: 'webhook token', reason: 'the admin has to tell the provider the URL (API.md 5)' },
      { label: 'setting', reason: 'settings are no secrets and can be read back (API.md 6)' },
    ],
  },
  {
    routes: ['GET /admin/v1/tenants/{id}/connections'],
    members: ['data.*.webhookUrl', 'data.*.settings'],
    allowed: [
      { label: 'webhook token', reason: 'the admin has to tell the provider the URL (API.md 5)' },
      { label: 'setting', reason: 'settings are no secrets and can be read back (API.md 6)' },
    ],
  },
  {
    routes: [
      'POST /admin/v1/tenants',
      'GET /admin/v1/tenants/{id}',
      'PATCH /admin/v1/tenants/{id}',
      'POST /admin/v1/tenants/{id}/suspend',
    ],
    members: ['name'],
    allowed: [{ label: 'tenant name', reason: 'its own member' }],
  },
  {
    routes: ['GET /admin/v1/tenants'],
    members: ['data.*.name'],
    allowed: [{ label: 'tenant name', reason: 'its own member' }],
  },
  {
    routes: ['GET /v1/me'],
    members: ['tenant.name'],
    allowed: [{ label: 'tenant name', reason: 'its own member' }],
  },
  {
    routes: ['POST /admin/v1/tenants/{id}/api-keys', 'POST /admin/v1/tenants/{id}/api-keys/{id}/rotate'],
    members: ['name'],
    allowed: [{ label: 'key name', reason: 'its own member' }],
  },
  {
    routes: ['POST /admin/v1/admin-keys'],
    members: ['name'],
    allowed: [{ label: 'key name', reason: 'its own member' }],
  },
  {
    routes: ['GET /admin/v1/tenants/{id}/api-keys', 'GET /admin/v1/admin-keys'],
    members: ['data.*.name'],
    allowed: [{ label: 'key name', reason: 'its own member' }],
  },
  {
    routes: ['PUT /admin/v1/tenants/{id}/routing', 'GET /admin/v1/tenants/{id}/routing'],
    // Of a proposal, beside who decides on it.
    members: ['note', 'policy.note'],
    allowed: [{ label: 'routing note', reason: 'its own member' }],
  },
  {
    routes: ['approve', 'reject'].map(
      (verdict) => `POST /admin/v1/tenants/{id}/routing/versions/{version}/${verdict}`,
    ),
    members: ['note', 'policy.note'],
    allowed: [{ label: 'routing note', reason: 'its own member' }],
  },
  {
    routes: ['POST /admin/v1/tenants/{id}/routing/rollback'],
    members: ['note', 'policy.note'],
    allowed: [{ label: 'routing note', reason: 'its own member' }],
  },
  {
    routes: ['GET /admin/v1/tenants/{id}/routing/versions'],
    members: ['data.*.note', 'data.*.policy.note'],
    allowed: [{ label: 'routing note', reason: 'its own member' }],
  },
  {
    routes: ['POST /v1/webhook-endpoints', 'POST /v1/webhook-endpoints/{id}/rotate-secret'],
    members: ['secret'],
    allowed: [{ label: 'webhook secret', reason: 'shown in these answers only (API.md 1)' }],
  },
  {
    routes: [
      'POST /v1/webhook-endpoints',
      'POST /v1/webhook-endpoints/{id}/rotate-secret',
      'GET /v1/webhook-endpoints/{id}',
      'PATCH /v1/webhook-endpoints/{id}',
    ],
    members: ['url', 'description'],
    allowed: WEBHOOK_WORDS,
  },
  {
    routes: ['GET /v1/webhook-endpoints'],
    members: ['data.*.url', 'data.*.description'],
    allowed: WEBHOOK_WORDS,
  },
  {
    routes: ['POST /admin/v1/session'],
    members: ['header:set-cookie'],
    allowed: [{ label: 'console session', reason: 'given to the browser this once' }],
  },
  {
    routes: ['GET /admin/v1/webhook-endpoints'],
    members: ['data.*.url', 'data.*.description'],
    allowed: [
      { label: 'webhook url', reason: 'for support, without what follows the question mark' },
      { label: 'webhook description', reason: 'its own member' },
    ],
  },
  {
    routes: ['GET /admin/v1/webhook-deliveries/{id}'],
    members: ['request.url'],
    allowed: [{ label: 'webhook url', reason: 'for support, without what follows the question mark' }],
  },
  {
    routes: ['GET /admin/v1/webhook-deliveries/{id}'],
    members: ['attempts.*.responseExcerpt'],
    allowed: [
      { label: 'receiver’s answer', reason: 'for support, to tell a receiver what is wrong with it' },
      { label: 'webhook url', reason: 'a receiver may repeat what it was sent' },
    ],
  },
  {
    routes: ['GET /return/…'],
    members: ['header:location'],
    allowed: [{ label: 'redirectUrl', reason: 'where the caller wants its user to go (API.md 5)' }],
  },
];

/** An answer in pieces, each with what it may hold. Only success is entitled to anything. */
export function piecesOf(
  answer: Overheard,
): readonly { text: string; where: string; allowed: readonly Allowance[] }[] {
  const where = `${answer.route} (${answer.status})`;
  const entitlements =
    answer.status < 400 ? ANSWERS.filter(({ routes }) => routes.includes(answer.route)) : [];
  const headers = answer.headers.split('\n').map((line) => {
    const name = line.slice(0, line.indexOf(':'));
    return {
      text: line,
      where: `${where}: header ${name}`,
      allowed: allowedAt(entitlements, [`header:${name}`]),
    };
  });
  const json = parsed(answer.body) ?? parsedLines(answer.body);
  const leaves = json === undefined ? [{ path: ['body'], text: answer.body }] : leavesOf(json, []);
  return [
    ...headers,
    ...leaves.map(({ path, text }) => ({
      text,
      where: `${where}: ${path.join('.')}`,
      allowed: allowedAt(entitlements, path),
    })),
  ];
}

/** What a column may hold in the clear. */
export function allowedInColumn(column: string): readonly Allowance[] {
  return COLUMNS[column] ?? [];
}

const COLUMNS: Readonly<Record<string, readonly Allowance[]>> = {
  'tenants.name': [{ label: 'tenant name', reason: 'a company’s name, in its own column' }],
  'api_keys.name': [{ label: 'key name', reason: 'an admin’s word for the key, in its own column' }],
  'admin_keys.name': [{ label: 'key name', reason: 'an admin’s word for the key, in its own column' }],
  'webhook_endpoints.description': [{ label: 'webhook description', reason: 'a word for the endpoint' }],
  'connections.settings': [{ label: 'setting', reason: 'settings are no secrets' }],
  'routing_policies.note': [{ label: 'routing note', reason: 'an admin’s reason, in its own column' }],
  'routing_policies.policy': [{ label: 'routing note', reason: 'the policy as it was put, note included' }],
  'ledger_entries.data': LEDGER_WORDS,
};

/** Of what may stand in some column; for files, in which a row is not told from another. */
export const ALLOWED_IN_COLUMNS: readonly Allowance[] = Object.values(COLUMNS).flat();

/** For temporary files: words of the twins' invented people and a day of birth, which compiled sources have as well. */
export const OTHERS_WORDS: readonly Allowance[] = [
  { label: 'subject.dateOfBirth', reason: 'in the sources of this test' },
  { label: 'identity', reason: 'in the sources of the twins' },
];

function allowedAt(
  entitlements: readonly AnswerEntitlement[],
  path: readonly string[],
): readonly Allowance[] {
  return entitlements
    .filter(({ members }) => members.some((member) => covers(member.split('.'), path)))
    .flatMap(({ allowed }) => allowed);
}

/** A member covers itself and everything below it. */
function covers(member: readonly string[], path: readonly string[]): boolean {
  return member.every(
    (part, index) => part === path[index] || (part === '*' && /^\d+$/.test(path[index] ?? '')),
  );
}

function leavesOf(
  value: unknown,
  path: readonly string[],
): readonly { path: readonly string[]; text: string }[] {
  if (typeof value !== 'object' || value === null) return [{ path, text: String(value) }];
  return Object.entries(value).flatMap(([name, member]) => [
    { path: [...path, name], text: name },
    ...leavesOf(member, [...path, name]),
  ]);
}

/** A document of JSON in each line. */
function parsedLines(body: string): unknown {
  const lines = body.trim().split('\n').map(parsed);
  return lines.includes(undefined) ? undefined : lines;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
