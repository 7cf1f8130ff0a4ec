import { Problem } from '@gatehouse/contract';
import {
  ADMIN_ROLES,
  type AdminKey,
  AdminKeyService,
  type AdminPrincipal,
  type AdminSession,
  AdminSessionService,
} from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { Controller, Delete, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';

import { AdminCaller, AdminOnly, CallerSession } from '../../http/access.js';
import { NoBody } from '../../http/body.js';
import { Operation } from '../../http/openapi/operation.decorator.js';
import { type Plain } from '../../http/plain.js';
import { PublicUrl } from '../../http/public-url.js';
import { clearSessionCookie, setSessionCookie } from '../../http/session-cookie.js';
import { ADMIN_SESSION_EXAMPLE, AdminSessionView } from './admin-session.dto.js';

/** Signing in to the console. */
@ApiTags('Sessions')
@Controller('admin/v1')
export class AdminSessionController {
  constructor(
    private readonly sessions: AdminSessionService,
    private readonly adminKeys: AdminKeyService,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post('session')
  @NoBody()
  @AdminOnly(...ADMIN_ROLES)
  @Operation({
    id: 'beginSession',
    summary: 'Sign in: a cookie in place of the key',
    description:
      'For a browser, which keeps the key nowhere. The cookie acts as the key does, on `/admin/v1` and only in requests with the header field `X-Gatehouse-Console: 1`; `Authorization` goes before it. The session ends after an hour without a request, after twelve hours in any case, and with the key. A session cannot begin another.',
    body: true,
  })
  @ApiCreatedResponse({
    type: AdminSessionView,
    description: 'Signed in.',
    headers: {
      'Set-Cookie': {
        description: 'The session. `Secure` too, where this gateway is reached by https.',
        schema: {
          type: 'string',
          example: 'gatehouse_session=…; Path=/admin/v1; HttpOnly; SameSite=Strict',
        },
      },
    },
    example: ADMIN_SESSION_EXAMPLE,
  })
  async begin(
    @AdminCaller() caller: AdminPrincipal,
    @CallerSession() current: AdminSession | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Plain<AdminSessionView>> {
    if (current !== null) {
      throw new Problem('unauthenticated', 'A session begins with a key: send it as Authorization: Bearer.');
    }
    const { session, token } = await this.sessions.begin(caller);
    setSessionCookie(reply, token, this.publicUrl.value);
    return this.#view(caller, session);
  }

  @Get('session')
  @AdminOnly(...ADMIN_ROLES)
  @Operation({
    id: 'getSession',
    summary: 'Who acts, and until when',
    description: 'By a session or by a key.',
  })
  @ApiOkResponse({ type: AdminSessionView, description: 'Who it is.', example: ADMIN_SESSION_EXAMPLE })
  get(
    @AdminCaller() caller: AdminPrincipal,
    @CallerSession() session: AdminSession | null,
  ): Promise<Plain<AdminSessionView>> {
    return this.#view(caller, session);
  }

  @Delete('session')
  @HttpCode(204)
  @NoBody()
  @AdminOnly(...ADMIN_ROLES)
  @Operation({
    id: 'endSession',
    summary: 'Sign out',
    description: 'In force at once, and the cookie is cleared. With a key there is no session to end.',
    body: true,
  })
  @ApiNoContentResponse({ description: 'Signed out.' })
  async end(
    @AdminCaller() caller: AdminPrincipal,
    @CallerSession() session: AdminSession | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (session !== null) await this.sessions.end(caller, session);
    clearSessionCookie(reply, this.publicUrl.value);
  }

  @Delete('sessions')
  @HttpCode(204)
  @NoBody()
  @AdminOnly(...ADMIN_ROLES)
  @Operation({
    id: 'endSessions',
    summary: 'Sign out everywhere',
    description: 'Ends every session of this key, in whatever browser, at once. The key stays in force.',
    body: true,
  })
  @ApiNoContentResponse({ description: 'Signed out.' })
  async endAll(
    @AdminCaller() caller: AdminPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.endAll(caller);
    clearSessionCookie(reply, this.publicUrl.value);
  }

  async #view(caller: AdminPrincipal, session: AdminSession | null): Promise<Plain<AdminSessionView>> {
    return toAdminSessionView(await this.adminKeys.get(caller.keyId), session);
  }
}

function toAdminSessionView(adminKey: AdminKey, session: AdminSession | null): Plain<AdminSessionView> {
  return {
    keyId: toTypeId('adk', adminKey.id),
    name: adminKey.name,
    role: adminKey.role,
    expiresAt: session?.expiresAt.toISOString() ?? null,
  };
}
