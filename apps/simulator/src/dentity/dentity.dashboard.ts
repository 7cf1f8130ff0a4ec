import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { accountOf, param } from '../kit/control-scope.js';
import { ControlError } from '../kit/twin.js';
import { type DentityJourney } from './dentity.journey.js';
import { type DentityAccount, type Verification } from './dentity.state.js';

/** Free text: the values that are not documented are worth sending too. */
const deliveryBody = z.strictObject({ channel: z.enum(['sms', 'email']), status: z.string().min(1) });
const statusBody = z.strictObject({ status: z.string().min(1) });

/** What happens at Dentity outside the API. `:person` is a verification id, a phone or an e-mail. */
export function registerDentityDashboard(
  app: FastifyInstance,
  find: (id: string) => DentityAccount | undefined,
  journey: DentityJourney,
): void {
  const base = '/control/dentity/:account';
  const whose = (request: FastifyRequest): DentityAccount => accountOf(request, find);

  app.get(`${base}/messages`, (request, reply) => {
    const data = whose(request).verifications.map((verification) => ({
      verificationId: verification.id,
      to: verification.phone,
      text: verification.sms,
      link: `${verification.origin}/dentity/idv/${verification.token}`,
      status: verification.smsStatus,
    }));
    return reply.send({ data });
  });

  app.post(`${base}/people/:person/delivery`, (request, reply) => {
    const account = whose(request);
    const { channel, status } = deliveryBody.parse(request.body);
    const verification = verificationOf(account, request);
    if (channel === 'email' && verification.email === null)
      throw new ControlError(409, 'no e-mail was given');
    if (channel === 'sms') journey.webhooks.smsDelivery(account, verification, status);
    else journey.webhooks.emailDelivery(account, verification, status);
    return reply.code(202).send({ message: 'sent' });
  });

  app.post(`${base}/people/:person/status`, (request, reply) => {
    const account = whose(request);
    const { status } = statusBody.parse(request.body);
    journey.setStatus(account, verificationOf(account, request), status);
    return reply.code(202).send({ status });
  });

  app.post(`${base}/people/:person/resend-webhook`, (request, reply) => {
    const account = whose(request);
    journey.webhooks.statusChanged(account, verificationOf(account, request));
    return reply.code(202).send({ message: 'sent' });
  });
}

function verificationOf(account: DentityAccount, request: FastifyRequest): Verification {
  const key = param(request, 'person');
  const verification = account.find(key);
  if (verification === undefined) throw new ControlError(404, `no verification known as ${key}`);
  return verification;
}
