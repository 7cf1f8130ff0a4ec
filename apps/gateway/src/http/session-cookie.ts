import { type FastifyReply, type FastifyRequest } from 'fastify';

const NAME = 'gatehouse_session';

/**
 * A cookie is looked at only where this says 1. No form can send it, and no other origin without asking us first (CORS), which nobody is
 * granted: whatever another site makes a browser do, it does as nobody.
 */
const CONSOLE_HEADER = 'x-gatehouse-console';

/** What the console's cookie holds; null unless the request comes from the console. */
export function sessionToken(request: FastifyRequest): string | null {
  const { cookie } = request.headers;
  if (cookie === undefined || request.headers[CONSOLE_HEADER] !== '1') return null;
  return request.server.parseCookie(cookie)[NAME] ?? null;
}

/** Out of reach of scripts, sent to `/admin/v1` only and by no other site, and forgotten when the browser is closed. */
export function setSessionCookie(reply: FastifyReply, token: string, publicUrl: string): void {
  void reply.setCookie(NAME, token, attributes(publicUrl));
}

export function clearSessionCookie(reply: FastifyReply, publicUrl: string): void {
  void reply.clearCookie(NAME, attributes(publicUrl));
}

function attributes(publicUrl: string): NonNullable<Parameters<FastifyReply['setCookie']>[2]> {
  return {
    httpOnly: true,
    sameSite: 'strict',
    path: '/admin/v1',
    secure: publicUrl.startsWith('https:'),
  };
}
