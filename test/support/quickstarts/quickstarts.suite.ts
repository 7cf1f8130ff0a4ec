import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';

import { afterAll, afterEach, describe, expect, it } from '@jest/globals';

import { eventually, present } from '../eventually.js';
import { type GatewayHarness, type GatewayTenant, required } from '../gateway-harness.js';
import { unusedPort } from '../gateway-process.js';
import { connectedTenant, reached } from '../verified.js';
import { type WebhookReceiver } from '../webhook-receiver.js';
import { BODY, FORGED, headersOf, OLD_SECRET, SECRET } from './messages.js';
import { isAtHand, launch, type Program, run, type RunningProgram } from './program.js';
import { installSdk, openQuickstart, type Quickstart } from './quickstart.js';

interface World {
  readonly harness: GatewayHarness;
  readonly receiver: WebhookReceiver;
}

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

const programs: RunningProgram[] = [];

/** A program with what the page wants in its environment. */
function withKey(program: Omit<Program, 'environment'>, origin: string, tenant: GatewayTenant): Program {
  return { ...program, environment: { GATEHOUSE_URL: origin, GATEHOUSE_KEY: tenant.key } };
}

function launched(program: Program): RunningProgram {
  const started = launch(program);
  programs.push(started);
  return started;
}

async function idBegunBy(tenant: GatewayTenant, stdout: string): Promise<string> {
  const [id = 'none'] = /ver_[a-z0-9]+/u.exec(stdout) ?? [];
  const { data } = required(await tenant.call('GET', '/verifications'), 200);
  expect(data).toMatchObject([{ id, reference: 'user-42' }]);
  return id;
}

/** Runs the pages of docs/quickstarts as they are written, at the gateway that `world` gives when it is up. */
export function describeQuickstarts(world: () => World): void {
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()));
  });
  describeShell(world);
  for (const [name, language] of Object.entries(LANGUAGES)) describeLanguage(name, language, world);
}

function describeShell(world: () => World): void {
  describe('the quickstart with curl', () => {
    const page = openQuickstart('curl');
    afterAll(() => {
      page.close();
    });

    it('begins, reads and follows', async () => {
      const { harness, receiver } = world();
      const { tenant } = await connectedTenant(harness, 'sentinel');
      const { environment, ...script } = withKey(
        { command: 'sh', args: ['-eu', '-c', page.script], folder: page.folder },
        harness.origin,
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
}

function describeLanguage(name: string, language: Language, world: () => World): void {
  describe(`the quickstart with ${name}`, () => {
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
      const { harness } = world();
      const { tenant } = await connectedTenant(harness, 'sentinel');
      const stdout = await run(withKey(program('begin'), harness.origin, tenant));
      const id = await idBegunBy(tenant, stdout);
      expect(stdout).toMatch(/^status: (?:verified|processing|requires_input)$/mu);
      await reached(tenant, id, 'verified');

      const feed = launched(withKey(program('feed'), harness.origin, tenant));
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
}
