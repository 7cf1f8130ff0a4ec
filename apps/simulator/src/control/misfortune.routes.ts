import { type FastifyInstance } from 'fastify';

import { param } from '../kit/control-scope.js';
import { planFault } from '../kit/fault-requests.js';
import { type FaultPlan } from '../kit/faults.js';
import { isPossibleAt, planScenario, SCENARIOS } from '../kit/scenarios.js';
import { ControlError, type Twin } from '../kit/twin.js';
import { addressed } from './addressed.js';
import { setWeather } from './weather.js';

/** Bad days: single faults, named scenarios, and weather. */
export function registerMisfortune(app: FastifyInstance, twins: readonly Twin[]): void {
  registerFaults(app, twins);
  registerScenarios(app, twins);
  registerWeather(app, twins);
}

function registerFaults(app: FastifyInstance, twins: readonly Twin[]): void {
  app.get('/control/:provider/:account/faults', (request, reply) =>
    reply.send(faultsView(addressed(twins, request).account.faults)),
  );

  app.post('/control/:provider/:account/faults', (request, reply) => {
    const { twin, account } = addressed(twins, request);
    planFault(twin, account, request.body);
    return reply.code(201).send(faultsView(account.faults));
  });

  app.delete('/control/:provider/:account/faults', (request, reply) => {
    addressed(twins, request).account.faults.clear();
    return reply.code(204).send();
  });

  app.delete('/control/:provider/:account/faults/:name', (request, reply) => {
    const { account } = addressed(twins, request);
    const name = param(request, 'name');
    if (account.faults.remove(name) === 0) throw new ControlError(404, `no fault is called ${name}`);
    return reply.code(204).send();
  });
}

function registerScenarios(app: FastifyInstance, twins: readonly Twin[]): void {
  app.get('/control/scenarios', (_request, reply) => {
    const data = SCENARIOS.map((scenario) => ({
      ...scenario,
      providers: twins.filter((twin) => isPossibleAt(twin, scenario)).map(({ name }) => name),
    }));
    return reply.send({ data });
  });

  app.post('/control/:provider/:account/scenarios/:name', (request, reply) => {
    const { twin, account } = addressed(twins, request);
    planScenario(twin, account, param(request, 'name'), request.body);
    return reply.code(201).send(faultsView(account.faults));
  });
}

function registerWeather(app: FastifyInstance, twins: readonly Twin[]): void {
  app.get('/control/:provider/:account/weather', (request, reply) =>
    reply.send(addressed(twins, request).account.weather.settings),
  );

  app.put('/control/:provider/:account/weather', (request, reply) =>
    reply.send(setWeather(addressed(twins, request), request.body)),
  );

  app.delete('/control/:provider/:account/weather', (request, reply) => {
    addressed(twins, request).account.weather.calm();
    return reply.code(204).send();
  });
}

/** `data`: waiting to happen, in order; `done`: happened as often as they were to. */
function faultsView(faults: FaultPlan): Record<string, unknown> {
  return { data: faults.list(), done: faults.done() };
}
