import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { check } from '../invariants/check.js';
import { listAll } from '../invariants/creates.js';
import { type World } from '../world.js';
import { after, underPressure } from './pressure.js';
import { refused, tooFew } from './refused.js';
import { nothingMissing, type Scenario } from './scenario.js';
import { openServer } from './server.js';

const BEFORE = 12;
const REFUSALS = 10;
const READS = 3;
const ROLES = 'gatehouse_app, gatehouse_system';

export const audit: Scenario = {
  name: 'audit',
  what: 'the right to write into the ledger is taken away for a while: nothing may happen that it cannot record',
  missing: nothingMissing,
  async run(say) {
    await using stack = new AsyncDisposableStack();
    const server = stack.adopt(await openServer(), (opened) => opened.close());
    const owner = stack.adopt(new pg.Pool({ connectionString: server.url }), (opened) => opened.end());
    return await underPressure({
      databaseUrl: server.url,
      verifications: 80,
      // There are results to be read before the last create comes.
      arrivalsMs: 50_000,
      say,
      expected: [
        {
          line: /^\{"level":"error".*"errorCode":"42501"/,
          note: 'lines that say that the ledger takes nothing',
        },
      ],
      async trouble(world, soFar) {
        await after(BEFORE, soFar);
        const read = await verifiedIn(world);
        await owner.query(`REVOKE INSERT ON ledger_entries FROM ${ROLES}`);
        say('the ledger takes nothing any more');
        // What was under way when the right went is through, or never will be.
        await refused(world.fleet, 1);
        const before = await countOf(owner);
        const creates = await refused(world.fleet, REFUSALS);
        const reads = await readIdentities(world, read);
        const during = (await countOf(owner)) - before;
        await owner.query(`GRANT INSERT ON ledger_entries TO ${ROLES}`);
        return [
          check('while the ledger takes nothing, nothing is created: 503', creates, [
            ...tooFew(creates, REFUSALS),
            ...(during === 0 ? [] : [`${during} verifications were made`]),
          ]),
          check(
            'while the ledger takes nothing, nobody reads personal data: 503',
            reads.length,
            reads.filter((status) => status !== 503).map((status) => `a reading was answered ${status}`),
          ),
        ];
      },
    });
  },
};

/** Whose results there are to be read. */
async function verifiedIn({ tenant }: World): Promise<readonly string[]> {
  for (;;) {
    const verified = (await listAll(tenant)).filter(({ status }) => status === 'verified');
    if (verified.length >= READS) return verified.slice(0, READS).map(({ id }) => id);
    await delay(100);
  }
}

async function readIdentities({ tenant }: World, ids: readonly string[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const id of ids) statuses.push((await tenant.call('GET', `/verifications/${id}/identity`)).status);
  return statuses;
}

async function countOf(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM verifications');
  return rows[0]?.count ?? 0;
}
