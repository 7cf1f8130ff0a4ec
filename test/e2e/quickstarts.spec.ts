import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { eventually, present } from '../support/eventually.js';
import { unusedPort } from '../support/gateway-process.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
} from '../support/gateway-harness.js';
import { isAtHand, launch, type Program, run, type RunningProgram } from '../support/quickstarts/program.js';
import { installSdk, openQuickstart, type Quickstart } from '../support/quickstarts/quickstart.js';
import { connectedTenant, reached } from '../support/verified.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const OLD_SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const BODY = JSON.stringify({
  type: 'verification.status_changed',
  timestamp: '2026-01-31T12:05:00.000Z',
  data: { verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x', status: 'verified' },
});

let harness: GatewayHarness;
let receiver: WebhookReceiver;
const programs: RunningProgram[] = [];

beforeAll(async () => {
  harness = await startGateway();
  receiver = await startWebhookReceiver();
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.stop()));
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

/** A program with what the page wants in its environment. */
function withKey(program: Omit<Program, 'environment'>, tenant: GatewayTenant): Program {
  return { ...program, environment: { GATEHOUSE_URL: harness.origin, GATEHOUSE_KEY: tenant.key } };
}

function launched(program: Program): RunningProgram {
  const started = launch(program);
  programs.push(started);
  return started;
}

interface Signing {
  readonly secret?: string;
  readonly body?: string;
  readonly at?: Date;
}

/** The headers of a message as our gateway signs it. */
function headersOf({ secret = SECRET, body = BODY, at = new Date() }: Signing = {}): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
  };
}

const AGES_AGO = new Date(Date.now() - 6 * 60_000);
/** What no receiver may take for ours. */
const FORGED: readonly (readonly [what: string, body: string, headers: Record<string, string>])[] = [
  ['another body', BODY.replace('verified', 'rejected'), headersOf()],
  ['another secret', BODY, headersOf({ secret: `whsec_${randomBytes(24).toString('base64')}` })],
  ['an old message', BODY, headersOf({ at: AGES_AGO })],
  [
    'an old message with a new time',
    BODY,
    { ...headersOf({ at: AGES_AGO }), 'webhook-timestamp': headersOf()['webhook-timestamp'] ?? '' },
  ],
  ['another id', BODY, { ...headersOf(), 'webhook-id': 'evt_2' }],
];

async function idBegunBy(tenant: GatewayTenant, stdout: string): Promise<string> {
  const [id = 'none'] = /ver_[a-z0-9]+/u.exec(stdout) ?? [];
  const { data } = required(await tenant.call('GET', '/verifications'), 200);
  expect(data).toMatchObject([{ id, reference: 'user-42' }]);
  return id;
}

describe('the quickstart with curl', () => {
  const page = openQuickstart('curl');
  afterAll(() => {
    page.close();
  });

  it('begins, reads and follows', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const { environment, ...script } = withKey(
      { command: 'sh', args: ['-eu', '-c', page.script], folder: page.folder },
      tenant,
    );
    const RECEIVER_URL = `${receiver.origin}/`;
    const stdout = await run({ ...script, environment: { ...environment, RECEIVER_URL } });
    const id = await idBegunBy(tenant, stdout);
    expect(stdout).toContain(`begun: ${id}\n`);
    expect(stdout.match(/"object":"verification"/gu)).toHaveLength(1);
    expect(stdout.match(/"nextCursor":"/gu)).toHaveLength(2);

    const [, secret = ''] = /"secret":"([^"]*)"/u.exec(stdout) ?? [];
    const { body, headers } = await eventually(() =>
      present(
        receiver.received.find((message) => message.body.includes('"endpoint.test"')),
        'test message',
      ),
    );
    expect(await verify(body, headers, secret)).toBe('genuine\n');
  });

  function verify(body: string, headers: IncomingHttpHeaders, secret = SECRET): Promise<string> {
    const args = ['id', 'timestamp', 'signature'].map((name) => String(headers[`webhook-${name}`]));
    return run({
      command: 'sh',
      args: ['verify-webhook.sh', ...args],
      folder: page.folder,
      environment: { WEBHOOK_SECRET: secret },
      input: body,
    });
  }

  it('knows a genuine webhook', async () => {
    expect(await verify(BODY, headersOf())).toBe('genuine\n');
    const both = `${headersOf({ secret: OLD_SECRET })['webhook-signature'] ?? ''} ${headersOf()['webhook-signature'] ?? ''}`;
    expect(await verify(BODY, { ...headersOf(), 'webhook-signature': both })).toBe('genuine\n');
  });

  it.each(FORGED)('refuses a webhook with %s', async (_what, body, headers) => {
    await expect(verify(body, headers)).rejects.toThrow(/ended with 1:\n(?:not from|older)/u);
  });
});

interface Language {
  readonly command: string;
  /** Before a program's file. */
  readonly flags: readonly string[];
  readonly extension: string;
  readonly version: readonly string[];
  readonly install: (page: Quickstart) => void;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  node: {
    command: process.execPath,
    flags: [],
    extension: 'mjs',
    version: ['--version'],
    install: ({ folder }) => {
      installSdk(folder);
    },
  },
  python: {
    command: 'python3',
    flags: ['-B'],
    extension: 'py',
    version: ['--version'],
    install: () => undefined,
  },
  go: { command: 'go', flags: ['run'], extension: 'go', version: ['version'], install: () => undefined },
};

describe.each(Object.entries(LANGUAGES))('the quickstart with %s', (name, language) => {
  const { command, flags, extension, install } = language;
  const whereAtHand = isAtHand(command, ...language.version)
    ? it
    : (title: string) => {
        it.skip(`${title} (not tried: there is no ${command} here)`, () => undefined);
      };
  const page = openQuickstart(name);
  install(page);
  afterAll(() => {
    page.close();
  });
  const program = (file: string): Omit<Program, 'environment'> => ({
    command,
    args: [...flags, `${file}.${extension}`],
    folder: page.folder,
  });

  it('has programs only', () => {
    expect(page.script).toBe('');
  });

  whereAtHand('begins, reads and follows', async () => {
    const { tenant } = await connectedTenant(harness, 'sentinel');
    const stdout = await run(withKey(program('begin'), tenant));
    const id = await idBegunBy(tenant, stdout);
    expect(stdout).toMatch(/^status: (?:verified|processing|requires_input)$/mu);
    await reached(tenant, id, 'verified');

    const feed = launched(withKey(program('feed'), tenant));
    await feed.says(`verification.status_changed ${id} verified`);
    expect(feed.stdout()).toContain(`verification.created ${id} `);
    await eventually(async () => {
      const cursor = readFileSync(join(page.folder, 'cursor.txt'), 'utf8');
      expect(required(await tenant.call('GET', `/events?cursor=${cursor}`), 200)['data']).toEqual([]);
    });
  });

  whereAtHand('receives what is genuine, once, and refuses all else', async () => {
    const port = await unusedPort();
    const environment = { PORT: String(port), WEBHOOK_SECRET: `${OLD_SECRET},${SECRET}` };
    const receiver = launched({ ...program('receiver'), environment });
    await receiver.says('listening');
    const post = async (body: string, headers: Record<string, string>): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })).status;

    for (const [, body, headers] of FORGED) expect(await post(body, headers)).toBe(400);
    expect(await post(BODY, headersOf())).toBe(204);
    expect(await post(BODY, headersOf({ secret: OLD_SECRET }))).toBe(204);
    await receiver.says('verification.status_changed ver_01kahn4r5sf1trr9gy5vqd2s0x verified');
    expect(receiver.stdout().trim().split('\n')).toHaveLength(2);
  });
});
