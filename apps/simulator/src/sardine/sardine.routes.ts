import { createHash, timingSafeEqual } from 'node:crypto';

import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { isHttpUrl } from '../kit/addresses.js';
import { type TwinServices } from '../kit/twin.js';
import { errorBody } from '../kit/error-body.js';
import { VendorError, type VendorRequests } from '../kit/vendor-scope.js';
import { type SardineJourney } from './sardine.journey.js';
import { customerFound, identitySeen } from './sardine.lookup.js';
import { SARDINE_SCOPES } from './sardine.settings.js';
import { type Consent, type Entity, type SardineAccount, type Widget } from './sardine.state.js';
import { identityView } from './sardine.views.js';

export interface SardineRoutes {
  readonly find: (clientId: string) => SardineAccount | undefined;
  readonly journey: SardineJourney;
  readonly services: TwinServices;
  readonly requests: VendorRequests;
}

const phoneRequest = z.object({
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be in E.164 format'),
});
const uri = z.string().refine(isHttpUrl, 'must be an absolute URI').nullish();

const widgetRequest = z.object({
  customerId: z.string().min(1),
  successUrl: uri,
  manualKycUrl: uri,
  scope: z.array(z.enum(SARDINE_SCOPES)).min(1).default(['profile']),
  flow: z.enum(['kyc_input', 'kyc_sharing']).default('kyc_input'),
  autoRedirect: z.boolean().default(false),
});

/** The four documented endpoints below `/sardine/v1` (providers/sardine.md 4). No error body is documented: `{"message"}` is ours (5). */
export function registerSardineApi(app: FastifyInstance, routes: SardineRoutes): void {
  const { find, journey, services, requests } = routes;
  const whose = (request: FastifyRequest): SardineAccount => authenticate(find, request);

  app.post('/identity/entities', (request, reply) => {
    const account = whose(request);
    const { phoneNumber } = validated(account, phoneRequest, request.body);
    if (account.entityByPhone(phoneNumber) !== undefined) {
      throw failure(account, account.switches.duplicateCode, 'A customer with this phone number exists');
    }
    const entity = account.addEntity(phoneNumber);
    return reply.code(account.switches.createCode).send(entityView(entity));
  });

  app.post('/identity/entities/search', (request, reply) => {
    const account = whose(request);
    const { phoneNumber } = validated(account, phoneRequest, request.body);
    const entity = customerFound(account, phoneNumber, requests.target(request));
    if (entity !== undefined) return reply.send(entityView(entity));
    switch (account.switches.emptySearch) {
      case 'nulls':
        return reply.send({ customerId: null, createdAt: null });
      case 'object':
        return reply.send({});
      case 'no-body':
        return reply.send('');
      case 'not-found':
        throw failure(account, 404, 'Customer not found');
    }
  });

  app.post('/identity/consents/widget', (request, reply) => {
    const account = whose(request);
    const body = validated(account, widgetRequest, request.body);
    const entity = known(account, body.customerId);
    const { unshareable, unshareableCode } = account.switches;
    if (body.flow === 'kyc_sharing' && unshareable === 'refused' && account.partnerOf(entity) === null)
      throw failure(account, unshareableCode, 'This customer has no identity to share');
    const widget = account.addWidget({
      entity,
      scopes: body.scope,
      flow: body.flow,
      successUrl: body.successUrl ?? null,
      manualKycUrl: body.manualKycUrl ?? null,
      autoRedirect: body.autoRedirect,
    });
    journey.startMagic(account, widget);
    return reply.send({ widgetUrl: `${origin(account, services, request)}${widgetPath(widget)}` });
  });

  app.get('/identity/entities/:customerId', (request, reply) => {
    const account = whose(request);
    const { customerId } = z.object({ customerId: z.string() }).parse(request.params);
    const seen = identitySeen(account, known(account, customerId), requests.target(request));
    const { consent } = seen.record;
    if (consent === null || consent.availableAt > account.clock.now()) {
      if (account.switches.notYet === 'empty') return reply.send({});
      throw failure(account, 404, 'Identity not found');
    }
    switch (readability(account, consent)) {
      case 'readable':
        return reply.send(identityView(account, seen, consent, origin(account, services, request)));
      case 'forbidden':
        throw failure(account, 403, 'Consent is required');
      case 'not-found':
        throw failure(account, 404, 'Identity not found');
      case 'empty':
        return reply.send({});
    }
  });
}

export function widgetPath(widget: Widget): string {
  const query = new URLSearchParams({ client_token: widget.token, consent_id: widget.consentId });
  if (widget.successUrl !== null) query.set('success_url', widget.successUrl);
  return `/sardine/widget/?${query.toString()}`;
}

/** The user name of HTTP Basic and its password, or null (providers/sardine.md 3). */
export function basicCredentials(request: FastifyRequest): { clientId: string; clientSecret: string } | null {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? null : { clientId: decoded.slice(0, colon), clientSecret: decoded.slice(colon + 1) };
}

/** Wrong credentials; the body is ours (providers/sardine.md 5). */
export function unauthorized(account: SardineAccount | undefined): VendorError {
  const { unauthorizedCode: code, errorBody: shape } = account?.switches ?? UNKNOWN_ACCOUNT;
  return new VendorError(code, errorBody(shape, code, 'Unauthorized'));
}

const UNKNOWN_ACCOUNT = { unauthorizedCode: 401, errorBody: 'message' } as const;

function failure(account: SardineAccount, status: number, message: string): VendorError {
  return new VendorError(status, errorBody(account.switches.errorBody, status, message));
}

function authenticate(
  find: (id: string) => SardineAccount | undefined,
  request: FastifyRequest,
): SardineAccount {
  const given = basicCredentials(request);
  const account = given === null ? undefined : find(given.clientId);
  if (given === null || account === undefined || !sameSecret(given.clientSecret, account.secret)) {
    throw unauthorized(account);
  }
  return account;
}

function sameSecret(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

function validated<T>(account: SardineAccount, schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const message = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'bad request'}`;
  throw failure(account, account.switches.invalidCode, message);
}

function known(account: SardineAccount, customerId: string): Entity {
  const entity = account.entity(customerId);
  if (entity === undefined) {
    throw failure(account, account.switches.unknownCustomerCode, 'Customer not found');
  }
  return entity;
}

function readability(
  account: SardineAccount,
  consent: Consent,
): 'readable' | 'forbidden' | 'not-found' | 'empty' {
  if (consent.revokedAt === null) return 'readable';
  return consent.sharedFrom === null ? account.switches.revokedOwn : account.switches.revokedShared;
}

function entityView(entity: Entity): { customerId: string; createdAt: string } {
  return { customerId: entity.customerId, createdAt: entity.createdAt.toISOString() };
}

function origin(account: SardineAccount, services: TwinServices, request: FastifyRequest): string {
  return account.switches.publicUrl ?? services.origin(request);
}
