import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import { CERTIFICATES } from '../../libs/providers/test/certificates.js';
import { SPEAKS_TLS } from './trust.js';
import { vendorIdOf } from './vendor-id.js';

/*
 * The vendors, in a process of their own, which answers after as many milliseconds as it was told. One begins with a call, which is
 * counted and always gets the same answer, and so does the proxy of language models; the other one's calls are below /dentity.
 */

/** What the parent may ask; either is answered with {@link Count}. */
export const question = z.object({ delayMs: z.number().optional() });
export interface Count {
  /** Calls so far of the one that begins. */
  readonly starts: number;
}

/** A link as long as the vendor's own, to which the gateway adds where the person comes back to. */
const LINK = `https://portal.sentinel.example/verify?token=${'k'.repeat(180)}`;
const MINTED = JSON.stringify({ success: true, message: 'URL generated', data: LINK });

/** What the gateway asks for before it sends anybody there. */
const ACCOUNT = JSON.stringify({ success: true, data: { uuid: 'bench', callbackUrl: null } });

const begun = z.object({ metadata: z.object({ verificationId: z.string() }) });
const several = z.object({ verificationIds: z.array(z.string()) });
const ONE_STATUS = /^\/dentity\/verification\/(\w+)\/status$/;

let delayMs = 0;
let starts = 0;

function answerTo(path: string, body: string): string {
  if (path.endsWith('/find/self/clientAuth')) return ACCOUNT;
  if (!path.startsWith('/dentity/')) return MINTED;
  const [, id] = ONE_STATUS.exec(path) ?? [];
  if (id !== undefined) return JSON.stringify({ data: { _id: id, status: 'verified', user: PERSON } });
  if (path.endsWith('/bulk')) {
    const { verificationIds } = several.parse(JSON.parse(body));
    return JSON.stringify({ data: { data: verificationIds.map((_id) => ({ _id, status: 'verified' })) } });
  }
  const { metadata } = begun.parse(JSON.parse(body));
  return JSON.stringify({ data: { _id: vendorIdOf(metadata.verificationId), status: 'pending' } });
}

const PERSON = { firstName: 'Ana', lastName: 'Ruiz', email: 'ana.ruiz@mail.test', dateOfBirth: '05/17/1990' };

const answer: RequestListener = (request, response) => {
  if (request.url?.endsWith('/clients/encrypt/url') === true) starts += 1;
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.once('end', () => {
    const text = answerTo(request.url ?? '', body);
    void later(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
  });
};

async function later(send: () => void): Promise<void> {
  if (delayMs > 0) await delay(delayMs);
  send();
}

process.on('message', (message) => {
  delayMs = question.parse(message).delayMs ?? delayMs;
  process.send?.({ starts } satisfies Count);
});
process.once('disconnect', () => {
  process.exit();
});

const isTls = process.env[SPEAKS_TLS] !== undefined;
const server = isTls ? createSecureServer(CERTIFICATES.good, answer) : createServer(answer);
server.listen(0, '127.0.0.1', () => {
  // A server that listens on a port has an address of this form. The certificate is for the host's name.
  const { port } = server.address() as AddressInfo;
  process.send?.({ origin: isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}` });
});
