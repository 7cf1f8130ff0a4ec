import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { type Core, type Ledger, tenantScope, type TenantScope } from '@gatehouse/core';
import { type Database, toTypeId } from '@gatehouse/platform';

import { IDS, openGround } from '../ground.js';
import { type Arrival } from './receiver.js';

/** A durable PostgreSQL, one process of ours that delivers, and the receivers in another. */
export interface World {
  readonly core: Core;
  tenant(): Promise<TenantScope>;
  /** An endpoint at the receivers; without types it gets everything. */
  endpoint(scope: TenantScope, path: string, types?: readonly 'verification.created'[]): Promise<string>;
  /** Commits an event; its public id and the moment of the commit. */
  publish(scope: TenantScope, kind: PublishedKind): Promise<{ readonly id: string; readonly at: number }>;
  /** As many events at once, in one transaction. */
  publishMany(scope: TenantScope, count: number): Promise<void>;
  /** Nothing is sent until it begins again. */
  readonly dispatcher: Pick<Core['dispatcher'], 'start' | 'stop'>;
  /** What came in since it was asked last. */
  arrivals(): Promise<readonly Arrival[]>;
  close(): Promise<void>;
}

export type PublishedKind = 'verification.created' | 'verification.status_changed';

export async function startWorld(): Promise<World> {
  const ground = await openGround();
  const database = await ground.connect(20);
  const core = ground.core(database);
  const receivers = fork(join(import.meta.dirname, 'receiver.js'));
  const origin = await told<string>(receivers);
  core.workers.start();
  core.dispatcher.start();
  return {
    core,
    async tenant() {
      const { id } = await core.tenants.create('bench', { name: 'Northwind Bank' });
      return tenantScope(id, 'test', 'bench');
    },
    async endpoint(scope, path, eventTypes = []) {
      const url = origin + path;
      const made = await core.webhookEndpoints.create(scope, {
        url,
        description: null,
        eventTypes,
        disabled: false,
      });
      return made.endpoint.id;
    },
    publish: (scope, kind) => publish(core.ledger, database, scope, kind),
    publishMany: (scope, count) =>
      database.within(scope).transaction(async (tx) => {
        for (let one = 0; one < count; one += 1)
          await core.ledger.append(tx, eventOf(scope, 'verification.status_changed'));
      }),
    dispatcher: core.dispatcher,
    async arrivals() {
      receivers.send('arrivals');
      return told<readonly Arrival[]>(receivers);
    },
    async close() {
      receivers.disconnect();
      await Promise.all([core.dispatcher.stop(), core.workers.stop(), once(receivers, 'exit')]);
      await ground.close();
    },
  };
}

async function publish(
  ledger: Ledger,
  database: Database,
  scope: TenantScope,
  kind: PublishedKind,
): Promise<{ readonly id: string; readonly at: number }> {
  const id = await database.within(scope).transaction((tx) => ledger.append(tx, eventOf(scope, kind)));
  return { id: toTypeId('evt', id), at: performance.timeOrigin + performance.now() };
}

function eventOf(scope: TenantScope, kind: PublishedKind): Parameters<Ledger['append']>[1] {
  return {
    kind,
    tenantId: scope.tenantId,
    environment: scope.environment,
    verificationId: IDS.next(),
    version: 1,
    actor: scope.actor,
    data: { to: 'requires_input', reasonCodes: [], attempt: 1 },
  };
}

async function told<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
