import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { openControlScope, param } from '../kit/control-scope.js';
import { type Journal } from '../kit/journal.js';
import { MAGIC_PEOPLE } from '../kit/magic.js';
import { switchList } from '../kit/switch-list.js';
import { type TwinAccount } from '../kit/twin-account.js';
import { type Twin } from '../kit/twin.js';
import { addressed, twinOf } from './addressed.js';
import { clockView, moveClock } from './clock.js';
import { registerMisfortune } from './misfortune.routes.js';

export interface ControlRoutes {
  readonly twins: readonly Twin[];
  readonly strangers: Journal;
  readonly baseUrl: (request: FastifyRequest, twin: Twin) => string;
  /** Back to how the simulator was started. */
  readonly reset: () => void;
}

const journalQuery = z.object({ after: z.coerce.number().int().min(0).default(0) });

/** What tests and demos do to the simulator itself. `:account` is the clientUuid, clientId or apiKey. */
export function registerControl(app: FastifyInstance, control: ControlRoutes): void {
  app.register((scope, _options, done) => {
    openControlScope(scope);
    registerAccounts(scope, control);
    registerPeople(scope, control);
    registerObservation(scope, control);
    registerClock(scope, control);
    registerMisfortune(scope, control.twins);
    for (const twin of control.twins) twin.registerDashboard(scope);
    done();
  });
}

function registerAccounts(app: FastifyInstance, { twins, baseUrl, reset }: ControlRoutes): void {
  const view = (request: FastifyRequest, twin: Twin, account: TwinAccount): Record<string, unknown> => ({
    provider: twin.name,
    id: account.id,
    baseUrl: baseUrl(request, twin),
    now: account.clock.now().toISOString(),
    ...account.describe(),
  });

  app.get('/control/accounts', (request, reply) => {
    const data = twins.flatMap((twin) => twin.accounts().map((account) => view(request, twin, account)));
    return reply.send({ data });
  });

  app.put('/control/accounts/:provider', (request, reply) => {
    const twin = twinOf(twins, request);
    return reply.send(view(request, twin, twin.putAccount(request.body)));
  });

  app.patch('/control/:provider/:account/switches', (request, reply) => {
    const { twin, account } = addressed(twins, request);
    account.changeSwitches(z.record(z.string(), z.unknown()).parse(request.body));
    return reply.send(view(request, twin, account));
  });

  app.get('/control/:provider/switches', (request, reply) =>
    reply.send({ data: switchList(twinOf(twins, request).switchSchema) }),
  );

  app.post('/control/:provider/:account/reset', (request, reply) => {
    addressed(twins, request).account.reset();
    return reply.code(204).send();
  });

  app.post('/control/reset', (_request, reply) => {
    reset();
    return reply.code(204).send();
  });
}

function registerPeople(app: FastifyInstance, { twins }: ControlRoutes): void {
  app.get('/control/magic-people', (_request, reply) => reply.send({ data: MAGIC_PEOPLE }));

  app.get('/control/:provider/:account/people', (request, reply) => {
    const { twin, account } = addressed(twins, request);
    return reply.send({ data: twin.people(account.id) });
  });

  app.post('/control/:provider/:account/people/:person/finish', (request, reply) => {
    const { twin, account } = addressed(twins, request);
    return reply.send(twin.finish(account.id, param(request, 'person'), request.body ?? {}));
  });
}

function registerObservation(app: FastifyInstance, { twins, strangers }: ControlRoutes): void {
  app.get('/control/:provider/:account/requests', (request, reply) => {
    const { after } = journalQuery.parse(request.query);
    return reply.send({ data: addressed(twins, request).account.journal.requests(after) });
  });

  app.get('/control/:provider/:account/webhooks', (request, reply) => {
    const { after } = journalQuery.parse(request.query);
    return reply.send({ data: addressed(twins, request).account.journal.webhooks(after) });
  });

  /** Requests whose account nobody knows, of all vendors. */
  app.get('/control/strangers', (request, reply) => {
    return reply.send({ data: strangers.requests(journalQuery.parse(request.query).after) });
  });
}

function registerClock(app: FastifyInstance, { twins }: ControlRoutes): void {
  app.get('/control/:provider/:account/clock', (request, reply) => {
    return reply.send(clockView(addressed(twins, request).account.clock));
  });

  app.post('/control/:provider/:account/clock', (request, reply) => {
    const target = addressed(twins, request);
    moveClock(target, request.body);
    return reply.send(clockView(target.account.clock));
  });
}
