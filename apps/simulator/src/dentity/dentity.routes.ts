import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { type TwinServices } from '../kit/twin.js';
import { type VendorRequests } from '../kit/vendor-scope.js';
import { bulkAnswer } from './dentity.bulk.js';
import { badKey, createVerification } from './dentity.create.js';
import { type DentityJourney } from './dentity.journey.js';
import { failure, verificationAsked, verificationSeen } from './dentity.lookup.js';
import { isPdfAvailable, pdfReport } from './dentity.pdf.js';
import { type DentityAccount } from './dentity.state.js';
import { statusReply } from './dentity.views.js';

export interface DentityRoutes {
  /** By API key, which is all that a request has to show. */
  readonly claimedAccount: (request: FastifyRequest) => DentityAccount | undefined;
  readonly journey: DentityJourney;
  readonly services: TwinServices;
  readonly requests: VendorRequests;
}

/** The documented endpoints below `/dentity/core/api/v1` (providers/dentity.md 4). */
export function registerDentityApi(app: FastifyInstance, routes: DentityRoutes): void {
  const { claimedAccount, journey, services, requests } = routes;
  const whose = (request: FastifyRequest): DentityAccount => {
    const account = claimedAccount(request);
    if (account === undefined) throw badKey(undefined);
    return account;
  };

  app.post('/verification', (request, reply) => {
    const account = whose(request);
    const origin = account.switches.publicUrl ?? services.origin(request);
    const verification = createVerification(account, request.body, origin);
    journey.start(account, verification);
    return reply.code(account.switches.createCode).send({
      data: { _id: verification.id, status: verification.status, metadata: verification.metadata },
    });
  });

  app.get('/verification/:verificationId/status', (request, reply) => {
    const account = whose(request);
    const verification = verificationSeen(account, idOf(request), requests.target(request));
    return reply.type('application/json; charset=utf-8').send(statusReply(account, verification));
  });

  app.get('/verification/:verificationId/pdf', (request, reply) => {
    const account = whose(request);
    const verification = verificationAsked(account, idOf(request));
    const { confidences } = z.object({ confidences: z.string().default('false') }).parse(request.query);
    const gone = account.faults.takeForAnswer('gone', requests.target(request)) !== undefined;
    if (!gone && isPdfAvailable(account, verification))
      return reply.send({ data: { pdf: pdfReport(account, verification, confidences === 'true') } });
    switch (account.switches.pdfGone) {
      case 'error':
        throw failure(account, account.switches.pdfGoneCode, 'The PDF file is not available');
      case 'empty':
        return reply.send({ data: { pdf: '' } });
      case 'null':
        return reply.send({ data: { pdf: null } });
    }
  });

  app.post('/programmatic/credential/bulk', (request, reply) => {
    const account = whose(request);
    return reply.send({ data: bulkAnswer(account, request.body, requests.target(request)) });
  });
}

function idOf(request: FastifyRequest): string {
  return z.object({ verificationId: z.string() }).parse(request.params).verificationId;
}

export function apiKeyOf(request: FastifyRequest): string {
  const header = request.headers['x-api-key'];
  return typeof header === 'string' ? header : '';
}
