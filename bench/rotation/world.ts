import { randomBytes } from 'node:crypto';

import { type Core, Ledger, tenantScope, type TenantScope } from '@gatehouse/core';
import { type Database } from '@gatehouse/platform';

import { TenantVault } from '../../libs/core/src/privacy/tenant-vault.js';
import {
  type NewRecord,
  VerificationRecorder,
} from '../../libs/core/src/verifications/verification-recorder.js';
import { VerificationSealer } from '../../libs/core/src/verifications/verification-sealer.js';
import { CLOCK, IDS, openGround, RANDOM } from '../ground.js';

/** A durable PostgreSQL, a process's core that serves, and another one that rotates, each with keys of its own in memory. */
export interface World {
  readonly scope: TenantScope;
  /** Reads and writes. */
  readonly serving: Core;
  /** Works on what is due. */
  readonly working: Core;
  readonly database: Database;
  /** A person and a verification, sealed and recorded as by a request; its id. */
  record(): Promise<string>;
  /** Many of them, in transactions of a hundred. */
  load(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

const AT_ONCE = 100;
export async function startWorld(): Promise<World> {
  const ground = await openGround();
  const database = await ground.connect(20);
  const serving = ground.core(database);
  const working = ground.core(await ground.connect(10));
  await serving.tenants.ensureSystemKeys();
  const { id: tenantId } = await serving.tenants.create('bench', { name: 'Northwind Bank' });
  const scope = tenantScope(tenantId, 'test', 'bench');

  // As the serving core makes it, with a memory of keys that is no newer.
  const vault = new TenantVault(database, ground.masterKeys, CLOCK, RANDOM);
  const sealer = new VerificationSealer(vault);
  const recorder = new VerificationRecorder(
    vault,
    sealer,
    new Ledger(CLOCK, IDS, () => undefined),
    CLOCK,
    IDS,
  );
  const connectionId = IDS.next();
  const recordAll = async (count: number): Promise<readonly string[]> => {
    const subjects = await Promise.all(
      Array.from({ length: count }, () => recorder.newSubject(tenantId, person())),
    );
    const records = subjects.map((subject): NewRecord => {
      const id = IDS.next();
      return {
        id,
        actor: scope.actor,
        subject,
        request: {
          reference: `user-${id}`,
          metadata: { plan: 'gold' },
          redirectUrl: 'https://app.example/done',
          reviewRedirectUrl: null,
          message: null,
          expiresInSeconds: 604_800,
        },
        checks: ['document', 'liveness'],
        documentTypes: ['passport'],
        reuse: 'never',
        provider: 'sentinel',
        connectionId,
        routing: { policyVersion: 1, reason: 'policy', record: null },
        leaseMs: null,
        previousId: null,
        adopted: null,
        claim: null,
      };
    });
    const written = await database.within(scope).transaction((tx) => recorder.insert(tx, scope, records));
    return [...written.keys()];
  };
  return {
    scope,
    serving,
    working,
    database,
    async record() {
      const [id = ''] = await recordAll(1);
      return id;
    },
    async load(count) {
      const ids: string[] = [];
      const loaders = Array.from({ length: 4 }, async (_, loader) => {
        for (let done = loader * AT_ONCE; done < count; done += 4 * AT_ONCE)
          ids.push(...(await recordAll(Math.min(AT_ONCE, count - done))));
      });
      await Promise.all(loaders);
      return ids;
    },
    async close() {
      await working.workers.stop();
      await ground.close();
    },
  };
}

function person(): Parameters<VerificationRecorder['newSubject']>[1] {
  return {
    email: `ana.ruiz.${randomBytes(6).toString('hex')}@mail.test`,
    phone: `+1415555${String(Math.floor(RANDOM.fraction() * 10_000)).padStart(4, '0')}`,
    firstName: 'Ana',
    lastName: 'Ruiz',
    dateOfBirth: '1994-02-11',
    address: null,
  };
}
