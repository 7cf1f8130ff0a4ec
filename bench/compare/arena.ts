import { setTimeout as delay } from 'node:timers/promises';

import { type Contestant, startContestant } from './contestant.js';
import { type Entrant } from './names.js';
import { analyze, type Databases, openDatabases } from './databases.js';
import { startGateway } from './gateway.js';
import { type Load, type Outcome } from './generator/load.js';
import { type Sender } from './generator/requests.js';
import { type Options } from './options.js';
import { type Layout } from './process/layout.js';
import { type OwnProcess, ownProgram, start } from './process/own-process.js';
import { cpuMsOf } from './process/process-tree.js';
import { setUpTenant, type Tenant } from './tenant.js';
import { openTrust } from './trust.js';
import { startUpstream, type Upstream, VENDOR } from './vendor.js';

/** Everything that runs while something is measured. */
export interface Arena {
  readonly options: Options;
  readonly layout: Layout;
  readonly databases: Databases;
  readonly upstream: Upstream;
  readonly tenant: Tenant;
  /** The tenant's endpoint. */
  readonly receiver: OwnProcess;
  generate(load: Load): Promise<Outcome>;
  /** For who speaks TLS with others here. */
  readonly trusting: Readonly<Record<string, string>>;
  /** Started and warm, and frozen but while it is measured. */
  contestant(name: Entrant): Promise<Contestant>;
  senderOf(name: Entrant): Sender;
  say(line: string): void;
  close(): Promise<void>;
}

export async function openArena(options: Options, layout: Layout): Promise<Arena> {
  const say = teller();
  // Closed in the opposite order, also where the rest cannot be opened.
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.reverse()) await one.close();
  };
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  try {
    const databases = keep(await openDatabases(layout, { areStatementsKept: options.profile !== null }));
    const { environment } = keep(await openTrust(options));
    const upstream = keep(await startUpstream(layout, options));
    const generator = start({
      layout,
      part: 'rest',
      command: [ownProgram('generator/main.js')],
      environment,
    });
    keep({ close: () => generator.stop() });
    const generate = (load: Load): Promise<Outcome> => generator.ask<Outcome>(load);
    const receiver = start({ layout, part: 'rest', command: [ownProgram('receiver.js')] });
    keep({ close: () => receiver.stop() });
    const { origin: receiverUrl } = (await receiver.first) as { readonly origin: string };
    const tenant = await setUp(layout, { databases, upstream, receiverUrl, generate, trusting: environment });
    await receiver.ask({ secret: tenant.webhookSecret });
    say('the database is set up');
    const started = new Map<Entrant, Contestant>();
    const arena: Arena = {
      options,
      layout,
      databases,
      upstream,
      tenant,
      receiver,
      generate,
      trusting: environment,
      async contestant(name) {
        const known = started.get(name);
        if (known !== undefined) return known;
        const contestant = await startContestant(name, arena);
        started.set(name, contestant);
        keep({ close: () => contestant.process.stop() });
        await warmUp(arena, contestant);
        contestant.process.freeze();
        say(`${name} is warm`);
        return contestant;
      },
      senderOf: (name) => ({ keys: tenant.keys, seed: name, webhooks: null, ...vendorCall(name, upstream) }),
      say,
      close,
    };
    return arena;
  } catch (error) {
    await close();
    throw error;
  }
}

/** One tenant with one verification, in the database that the others are copied from. */
async function setUp(
  layout: Layout,
  {
    databases,
    upstream,
    receiverUrl,
    generate,
    trusting,
  }: Pick<Arena, 'databases' | 'upstream' | 'generate' | 'trusting'> & { readonly receiverUrl: string },
): Promise<Tenant> {
  const { origin, process } = await startGateway(layout, databases.templateUrl, { profile: null }, trusting);
  const tenant = await setUpTenant(origin, {
    vendorOrigin: upstream.origin,
    receiverUrl,
  });
  const sender = { keys: tenant.keys, seed: 'pattern', webhooks: null, vendorPath: '', vendorHeaders: {} };
  const shape = { type: 'closed', callers: 1, until: { requests: 1 } } as const;
  const { good, bad } = await generate({ sender, origin, kind: 'create', shape });
  if (good !== 1) throw new Error(`the gateway made no verification: ${JSON.stringify(bad)}`);
  await quiet(process.pid);
  await process.stop();
  return tenant;
}

async function warmUp(
  arena: Arena,
  { name, origin, process, databaseUrl, creates }: Contestant,
): Promise<void> {
  const { warmUpRequests } = arena.options.plan;
  const shape = { type: 'closed', callers: CALLERS, until: { requests: warmUpRequests } } as const;
  await arena.generate({ sender: arena.senderOf(name), origin, kind: creates, shape });
  await quiet(process.pid);
  if (databaseUrl !== null) await analyze(databaseUrl);
}

export const CALLERS = 16;

const LOOK_MS = 600;
/** What an idle gateway uses, which looks for work twice a second. */
const IDLE_SHARE = 0.08;
const PATIENCE_MS = 60_000;

/** Waits until a server has done what its requests have left it to do: the ledger to be sealed, webhooks to be sent. */
export async function quiet(pid: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let before = cpuMsOf(pid); performance.now() < deadline;) {
    await delay(LOOK_MS);
    const now = cpuMsOf(pid);
    if (now - before < LOOK_MS * IDLE_SHARE) return;
    before = now;
  }
  throw new Error(`process ${pid} does not come to rest`);
}

/** Where those go who are not asked for a verification: to the vendor itself, and to the proxy that is told where the vendor is. */
function vendorCall(name: Entrant, upstream: Upstream): Pick<Sender, 'vendorPath' | 'vendorHeaders'> {
  if (name === 'direct') return { vendorPath: VENDOR.startPath, vendorHeaders: {} };
  if (name !== 'g') return { vendorPath: '', vendorHeaders: {} };
  const vendorHeaders = {
    authorization: 'Bearer bench',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstream.origin}/v1`,
  };
  return { vendorPath: '/v1/chat/completions', vendorHeaders };
}

function teller(): (line: string) => void {
  const began = performance.now();
  return (line) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
}
