import { setTimeout as delay } from 'node:timers/promises';

import { type FaultProxy, openFaultProxy } from '../../support/fault-proxy.js';
import { check } from '../invariants/check.js';
import { recovered, RECOVERED_MS, type Recovery, untilAllGood } from '../recovery.js';
import { type World } from '../world.js';
import { after, STORE_WAS_AWAY, underPressure } from './pressure.js';
import { nothingMissing, type Scenario } from './scenario.js';
import { openServer } from './server.js';

const BEFORE = 8;
const BETWEEN_MS = 1_500;
const AGAIN_MS = 250;
const CUTS = 8;
const SLOW_MS = 3_000;
/** Longer than a gateway waits for a connection. */
const SWALLOWED_MS = 6_000;

/** What happens to the network between gateways and their database, for some seconds. */
interface Trouble {
  readonly what: string;
  readonly happen: (networks: readonly FaultProxy[]) => Promise<void>;
}

export const cutOff: Scenario = {
  name: 'cut-off',
  what: 'the network between a gateway, then both, and PostgreSQL swallows everything, resets, ends streams, is slow, cuts into pieces',
  missing: nothingMissing,
  async run(say) {
    await using stack = new AsyncDisposableStack();
    const server = stack.adopt(await openServer(), (opened) => opened.close());
    const one = stack.use(await openFaultProxy({ host: '127.0.0.1', port: server.port }));
    const other = stack.use(await openFaultProxy({ host: '127.0.0.1', port: server.port }));
    return await underPressure({
      // Who looks at what has become of it is not cut off.
      databaseUrl: server.url,
      gateways: [one, other].map(({ port }) => ({ DATABASE_URL: through(port, server.url) })),
      verifications: 120,
      arrivalsMs: 70_000,
      say,
      expected: [STORE_WAS_AWAY],
      async trouble(world, soFar) {
        await after(BEFORE, soFar);
        const recoveries: Recovery[] = [];
        const unlike: string[] = [];
        for (const [who, networks] of [
          ['one gateway', [one]],
          ['both gateways', [one, other]],
        ] as const) {
          for (const { what, happen } of [swallowing(world, networks.length, unlike), ...TROUBLES]) {
            say(`${who}: ${what}`);
            await happen(networks);
            const ms = await untilAllGood(world.probes, performance.now());
            recoveries.push({ what: `${who}: ${what}`, ms });
            await delay(BETWEEN_MS);
          }
        }
        return [
          recovered(recoveries, RECOVERED_MS),
          check(
            'while nothing gets through, exactly those that are cut off create nothing',
            2 * world.probes.length,
            unlike,
          ),
        ];
      },
    });
  },
};

/** Also looks at whether it is as it should be: a gateway that is not cut off goes on. */
function swallowing({ probes }: World, cut: number, unlike: string[]): Trouble {
  return {
    what: 'everything is swallowed',
    async happen(networks) {
      for (const network of networks) network.suffer({ kind: 'blackhole' });
      const [good] = await Promise.all([
        Promise.all(probes.map((probe) => probe.isGood())),
        delay(SWALLOWED_MS),
      ]);
      for (const network of networks) network.suffer(null);
      good.forEach((isGood, index) => {
        if (isGood === index < cut)
          unlike.push(
            `gateway ${index + 1} of ${probes.length}, ${cut} cut off: ${isGood ? 'created' : 'refused'}`,
          );
      });
    },
  };
}

const TROUBLES: readonly Trouble[] = [
  {
    what: 'connections are reset',
    happen: (networks) =>
      again(() => {
        for (const network of networks) network.reset();
      }),
  },
  {
    what: 'streams are ended from the server’s side',
    happen: (networks) =>
      again(() => {
        for (const network of networks) network.halfClose();
      }),
  },
  { what: 'every piece is late', happen: (networks) => suffer(networks, { kind: 'latency', delayMs: 100 }) },
  { what: 'bytes come few at a time', happen: (networks) => suffer(networks, { kind: 'slice', bytes: 48 }) },
];

async function again(cut: () => void): Promise<void> {
  for (let times = 0; times < CUTS; times += 1) {
    cut();
    await delay(AGAIN_MS);
  }
}

async function suffer(
  networks: readonly FaultProxy[],
  toxic: Parameters<FaultProxy['suffer']>[0],
): Promise<void> {
  for (const network of networks) network.suffer(toxic);
  await delay(SLOW_MS);
  for (const network of networks) network.suffer(null);
}

function through(port: number, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}
