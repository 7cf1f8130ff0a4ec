import { sep } from 'node:path';

import fastifyStatic from '@fastify/static';
import { type FastifyInstance } from 'fastify';

/** Scripts from this origin alone and none in the page. Styles may stand in it: the components set sizes and colours there. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Lets replies send files of the built console. A folder that is not there is no error before one is asked for. */
export async function serveConsole(instance: FastifyInstance, folder: string): Promise<void> {
  const assets = `${sep}assets${sep}`;
  await instance.register(fastifyStatic, {
    root: folder,
    serve: false,
    index: false,
    dotfiles: 'ignore',
    preCompressed: true,
    cacheControl: false,
    acceptRanges: false,
    suppressWarning: true,
    // Only for what is found: that a file is missing must be kept by nobody.
    setHeaders: (reply, path) => {
      void reply.headers({
        'content-security-policy': CONSOLE_POLICY,
        // Names of assets hold a hash of what is in them.
        'cache-control': path.slice(folder.length).startsWith(assets)
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
      });
    },
  });
}
