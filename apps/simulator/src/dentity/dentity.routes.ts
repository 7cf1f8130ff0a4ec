import { randomInt } from 'node:crypto';

import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { pdf } from '../kit/pdf.js';
import { type TwinServices } from '../kit/twin.js';
import { VendorError } from '../kit/vendor-scope.js';
import { badKey, createVerification } from './dentity.create.js';
import { type DentityJourney } from './dentity.journey.js';
import { type DentityAccount, objectId, type Verification } from './dentity.state.js';
import { bulkRow, statusReply } from './dentity.views.js';

export interface DentityRoutes {
  readonly find: (apiKey: string) => DentityAccount | undefined;
  readonly journey: DentityJourney;
  readonly services: TwinServices;
}

const HOUR_MS = 3_600_000;
const BAD_KEY_CODE = 401;

const bulkRequest = z.object({ verificationIds: z.array(z.string()) });

/** The documented endpoints below `/dentity/core/api/v1` (providers/dentity.md 4). */
export function registerDentityApi(app: FastifyInstance, { find, journey, services }: DentityRoutes): void {
  const whose = (request: FastifyRequest): DentityAccount => {
    const account = find(apiKeyOf(request));
    if (account === undefined) throw badKey(BAD_KEY_CODE);
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
    const verification = asked(account, request);
    return reply.type('application/json; charset=utf-8').send(statusReply(account, verification));
  });

  app.get('/verification/:verificationId/pdf', (request, reply) => {
    const account = whose(request);
    const verification = asked(account, request);
    const { confidences } = z.object({ confidences: z.string().default('false') }).parse(request.query);
    if (!pdfAvailable(account, verification)) {
      throw new VendorError(account.switches.pdfGoneCode, { message: 'The PDF file is not available' });
    }
    const report = padded(reportOf(verification, confidences === 'true'), account.switches.pdfBytes);
    return reply.send({ data: { pdf: report.toString('base64') } });
  });

  app.post('/programmatic/credential/bulk', (request, reply) => {
    const account = whose(request);
    const body = bulkRequest.safeParse(request.body);
    if (!body.success) {
      throw new VendorError(account.switches.invalidCode, {
        message: 'verificationIds must be an array of ids',
      });
    }
    const { verificationIds } = body.data;
    if (verificationIds.length > account.switches.bulkLimit) {
      const message = `Limit of ${account.switches.bulkLimit} records in a request`;
      throw new VendorError(account.switches.bulkOverLimitCode, { message });
    }
    const data = bulkRows(account, verificationIds);
    return reply.send({
      data: { totalItem: data.length, data, page: 1, pageSize: data.length, totalPage: 1 },
    });
  });
}

export function apiKeyOf(request: FastifyRequest): string {
  const header = request.headers['x-api-key'];
  return typeof header === 'string' ? header : '';
}

function asked(account: DentityAccount, request: FastifyRequest): Verification {
  const { verificationId } = z.object({ verificationId: z.string() }).parse(request.params);
  const verification = account.verification(verificationId);
  if (verification === undefined) {
    throw new VendorError(account.switches.unknownIdCode, { message: 'Verification not found' });
  }
  return verification;
}

/** Only within 24 hours after the IDV was completed, and only for some agents (providers/dentity.md 4.3). */
function pdfAvailable(account: DentityAccount, verification: Verification): boolean {
  if (!account.switches.pdf || verification.completedAt === null) return false;
  const age = account.clock.now().getTime() - verification.completedAt.getTime();
  return age <= account.switches.pdfWindowHours * HOUR_MS;
}

function reportOf(verification: Verification, confidences: boolean): Buffer {
  return pdf([
    'Identity verification (simulated)',
    `Verification ${verification.id}`,
    `Status ${verification.status}`,
    `Name ${verification.user.fullName}`,
    ...(confidences ? ['Confidence scores: document 0.98, face match 0.96, liveness 0.97'] : []),
  ]);
}

/** White space after the end marker changes nothing for readers. */
function padded(file: Buffer, bytes: number): Buffer {
  return bytes <= file.length ? file : Buffer.concat([file, Buffer.alloc(bytes - file.length, '\n')]);
}

/** Rows come in any order; by switch with somebody who was not asked for, and without one who was (4.4). */
function bulkRows(account: DentityAccount, ids: readonly string[]): Record<string, unknown>[] {
  const found = ids.flatMap((id) => account.verification(id) ?? []);
  const answered = account.switches.bulkGaps ? found.slice(1) : found;
  const rows = answered.map(bulkRow);
  if (account.switches.bulkStrays) {
    rows.push({
      status: 'verified',
      _id: objectId(account.clock.now()),
      user: { firstName: 'Nobody', lastName: 'Asked' },
      metadata: {},
    });
  }
  return account.switches.bulkShuffled ? shuffled(rows) : rows;
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: randomInt(1_000_000) }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}
