import { randomBytes } from 'node:crypto';

import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { type AxiosInstance } from 'axios';

import { sha256 } from '../../../../libs/platform/src/crypto/hash.js';
import { type Prisma } from '../../../../libs/platform/src/database/generated/client.js';
import { SystemIds } from '../../../../libs/platform/src/ids.js';
import { type Environment } from '../environment.js';
import { filled } from '../pattern.js';
import { Database } from './database.js';
import { type CreateVerificationDto } from './verification.dto.js';
import { toView, type View } from './verification.view.js';

const WEEK_MS = 604_800_000;
const MINUTE_MS = 60_000;
const ids = new SystemIds();

/** What the vendor and the settings of the process are to the service. */
export class Vendor {
  constructor(
    readonly http: AxiosInstance,
    readonly environment: Environment,
  ) {}
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Prisma takes bytes of one kind of buffer, and no buffer of Node's. */
function bytes(buffer: Buffer): Bytes {
  return new Uint8Array(buffer);
}

function kept(value: unknown, size: number): Bytes {
  return bytes(filled(JSON.stringify(value), size));
}

@Injectable()
export class VerificationsService {
  constructor(
    private readonly database: Database,
    private readonly vendor: Vendor,
  ) {}

  /** Two transactions with the vendor's call between them: no transaction stays open while somebody else is waited for. */
  async create(keyId: string, idempotencyKey: string, dto: CreateVerificationDto): Promise<View> {
    const { tenantId, route } = this.database.pattern;
    const key = { tenantId, environment: 'test', route, key: sha256(idempotencyKey).toString('base64url') };
    const requestHash = sha256(JSON.stringify(dto));
    // Most requests are new, so what is there is looked for before it is written rather than after an error.
    const known = await this.database.client.idempotencyKey.findUnique({
      where: { tenantId_environment_route_key: key },
    });
    if (known !== null) return this.#replay(known, requestHash);
    const id = await this.#begin(keyId, key, requestHash, dto);
    const link = await this.#mint(dto);
    return this.#end(keyId, key, id, dto, link);
  }

  async find(id: string): Promise<View> {
    const { tenantId } = this.database.pattern;
    const row = await this.database.client.verification.findUnique({
      where: { tenantId_id: { tenantId, id } },
      include: { subject: true },
    });
    if (row === null) throw new NotFoundException();
    return toView(row);
  }

  #replay(
    known: { state: string; requestHash: Uint8Array; responseSealed: Uint8Array | null },
    hash: Buffer,
  ): View {
    if (!hash.equals(known.requestHash)) throw new ConflictException('another request has used this key');
    if (known.state !== 'done' || known.responseSealed === null) throw new ConflictException('still running');
    return JSON.parse(Buffer.from(known.responseSealed).toString()) as View;
  }

  async #begin(keyId: string, key: Key, requestHash: Buffer, dto: CreateVerificationDto): Promise<string> {
    const { pattern, client } = this.database;
    const { tenantId, bytes: sizes } = pattern;
    const now = new Date();
    const { subject, ...request } = dto;
    const [id, subjectId, entryId] = [ids.next(), ids.next(), ids.next()];
    await client.$transaction(async (tx) => {
      await tx.idempotencyKey.create({
        data: {
          ...key,
          requestHash: bytes(requestHash),
          state: 'running',
          lockedUntil: new Date(now.getTime() + MINUTE_MS),
          resourceId: id,
          createdAt: now,
        },
      });
      await tx.subject.create({
        data: {
          tenantId,
          id: subjectId,
          environment: 'test',
          keyWrapped: bytes(randomBytes(sizes.keyWrapped)),
          keyVersion: 1,
          detailsSealed: kept(subject, sizes.details),
          emailHash: bytes(sha256(subject.email ?? '')),
          phoneHash: bytes(sha256(subject.phone ?? '')),
          createdAt: now,
        },
      });
      await tx.verification.create({
        data: {
          tenantId,
          id,
          environment: 'test',
          subjectId,
          provider: pattern.provider,
          connectionId: pattern.connectionId,
          policyVersion: pattern.policyVersion,
          routingReason: pattern.routingReason,
          routing: pattern.routing as Prisma.InputJsonValue,
          requestSealed: kept(request, sizes.request),
          referenceHash: bytes(sha256(request.reference ?? '')),
          checks: request.checks ?? ['document', 'liveness'],
          documentTypes: [],
          reuse: 'never',
          startState: 'starting',
          facts: { ...pattern.facts, startedAt: null },
          status: 'requires_input',
          reasonCodes: ['awaiting_user'],
          version: 1,
          attempt: 1,
          source: 'system',
          bucket: pattern.bucket,
          dueAt: new Date(now.getTime() + MINUTE_MS),
          expiresAt: new Date(now.getTime() + WEEK_MS),
          createdAt: now,
          updatedAt: now,
        },
      });
      await this.#entry(tx, entryId, id, {
        kind: 'verification.created',
        version: 1,
        keyId,
        data: pattern.created,
        at: now,
      });
    });
    return id;
  }

  async #mint({ subject }: CreateVerificationDto): Promise<string> {
    const { http, environment } = this.vendor;
    const { data } = await http.post<{ data: string }>(environment.vendorPath, {
      ...environment.vendorCredentials,
      email: subject.email,
      phoneNumber: subject.phone,
    });
    return `${data.data}&redirectUrl=${encodeURIComponent(environment.returnUrl)}`;
  }

  async #end(
    keyId: string,
    key: Key,
    id: string,
    { subject }: CreateVerificationDto,
    link: string,
  ): Promise<View> {
    const { pattern, client } = this.database;
    const { tenantId, bytes: sizes } = pattern;
    const now = new Date();
    const entryId = ids.next();
    return client.$transaction(async (tx) => {
      const row = await tx.verification.update({
        where: { tenantId_id: { tenantId, id } },
        data: {
          handleSealed: kept({ email: subject.email, phone: subject.phone, startedAt: now }, sizes.handle),
          actionSealed: kept({ type: 'redirect', url: link }, sizes.action),
          startState: 'started',
          facts: { ...pattern.facts, startedAt: now.toISOString() },
          dueAt: new Date(now.getTime() + MINUTE_MS),
          readCount: 3,
        },
        include: { subject: true },
      });
      await this.#entry(tx, entryId, id, {
        kind: 'verification.started',
        version: null,
        keyId,
        data: pattern.started,
        at: now,
      });
      const view = toView(row);
      await tx.idempotencyKey.update({
        where: { tenantId_environment_route_key: key },
        data: { state: 'done', status: 201, responseSealed: kept(view, sizes.response) },
      });
      return view;
    });
  }

  async #entry(
    tx: Prisma.TransactionClient,
    id: string,
    verificationId: string,
    entry: { kind: string; version: number | null; keyId: string; data: unknown; at: Date },
  ): Promise<void> {
    const { tenantId } = this.database.pattern;
    const { kind, version, at } = entry;
    const data = entry.data as Prisma.InputJsonValue;
    const actor = `key:${entry.keyId}`;
    await tx.ledgerEntry.create({
      data: { tenantId, id, environment: 'test', verificationId, kind, version, actor, data, at },
    });
    await tx.ledgerQueue.create({ data: { tenantId, entryId: id } });
  }
}

interface Key {
  readonly tenantId: string;
  readonly environment: string;
  readonly route: string;
  readonly key: string;
}
