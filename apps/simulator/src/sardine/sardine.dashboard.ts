import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { samePhone } from '../kit/contacts.js';
import { accountOf, param } from '../kit/control-scope.js';
import { ControlError } from '../kit/twin.js';
import { type Entity, PARTNER, type SardineAccount } from './sardine.state.js';

const levelBody = z.strictObject({ level: z.string().min(1) });
const shareableBody = z.strictObject({
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/),
  clientId: z.string().min(1).default(PARTNER.clientId),
  clientName: z.string().min(1).default(PARTNER.clientName),
});

/** What happens to an identity outside the API. `:person` is a customerId or a phone. */
export function registerSardineDashboard(
  app: FastifyInstance,
  find: (id: string) => SardineAccount | undefined,
): void {
  const base = '/control/sardine/:account';
  const whose = (request: FastifyRequest): SardineAccount => accountOf(request, find);

  app.post(`${base}/people/:person/revoke-consent`, (request, reply) => {
    const account = whose(request);
    const entity = entityOf(account, request);
    const { consent } = entity;
    if (consent === null) throw new ControlError(409, 'no consent was given yet');
    consent.revokedAt ??= account.clock.now();
    account.publish(entity);
    return reply.send({ revokedAt: consent.revokedAt.toISOString() });
  });

  app.post(`${base}/people/:person/restore-consent`, (request, reply) => {
    const account = whose(request);
    const entity = entityOf(account, request);
    const { consent } = entity;
    if (consent === null) throw new ControlError(409, 'no consent was given yet');
    consent.revokedAt = null;
    account.publish(entity);
    return reply.send({ revokedAt: null });
  });

  app.post(`${base}/people/:person/level`, (request, reply) => {
    const account = whose(request);
    const entity = entityOf(account, request);
    entity.level = levelBody.parse(request.body).level;
    account.publish(entity);
    return reply.send({ level: entity.level });
  });

  app.post(`${base}/shareable`, (request, reply) => {
    const { phoneNumber, ...partner } = shareableBody.parse(request.body);
    whose(request).shareable.set(phoneNumber, partner);
    return reply.code(201).send({ phoneNumber, ...partner });
  });
}

export function findEntity(account: SardineAccount, key: string): Entity | undefined {
  return account.entities.find((entity) => entity.customerId === key || samePhone(entity.phoneNumber, key));
}

function entityOf(account: SardineAccount, request: FastifyRequest): Entity {
  const key = param(request, 'person');
  const entity = findEntity(account, key);
  if (entity === undefined) throw new ControlError(404, `nobody known as ${key}`);
  return entity;
}
