import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { type Request } from 'express';

import { sha256 } from '../../../../libs/platform/src/crypto/hash.js';
import { Database } from './database.js';

export interface Authenticated extends Request {
  keyId: string;
}

/** Looks the key up at each request, by its unique index: a cache is what one adds after having measured. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Authenticated>();
    const hash = sha256(request.headers.authorization?.slice('Bearer '.length) ?? '');
    const { tenantId } = this.database.pattern;
    const key = await this.database.client.apiKey.findUnique({
      where: { tenantId_hash: { tenantId, hash: new Uint8Array(hash) } },
      select: { id: true, revokedAt: true },
    });
    if (key === null || key.revokedAt !== null) throw new UnauthorizedException();
    request.keyId = key.id;
    return true;
  }
}
