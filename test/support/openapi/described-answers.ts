import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';

import { type RawAnswer } from '../raw-http.js';
import { AnswerJudge } from './answer-judge.js';
import { type ApiDescription, type Operation, operationsOf, parametersOf } from './api-description.js';

interface Route {
  readonly operation: Operation;
  readonly pattern: RegExp;
}

interface Description {
  readonly judge: AnswerJudge;
  readonly routes: readonly Route[];
  /** Their path is the type of the event. */
  readonly webhooks: readonly Operation[];
}

let description: Description | null = null;

/**
 * Throws where an answer is not as the OpenAPI document says: its status, its media type, each member of its body, its problem.
 * What is answered by no operation has to be a problem of the table all the same. The document is the one in the repository,
 * which a test of its own holds to the code.
 */
export function requireDescribed(method: string, path: string, answer: RawAnswer): void {
  const { judge, routes } = (description ??= read());
  const [pathname = ''] = path.split('?');
  const route = routes.find(
    ({ operation, pattern }) => operation.method === method && pattern.test(pathname),
  );
  const operation = route?.operation ?? null;
  const complaints = [...judge.misdescribed(operation, answer), ...judge.incomplete(operation, answer)];
  if (complaints.length === 0) return;
  throw new Error(
    `${method} ${route?.operation.path ?? '(no operation)'} is not answered as described:\n${complaints.join('\n')}`,
  );
}

/** Throws where a message that was posted to an endpoint is not as the document's `webhooks` have it. */
export function requireDescribedMessage({ headers, body }: DescribedMessage): void {
  const { judge, webhooks } = (description ??= read());
  const message = JSON.parse(body) as { readonly type: string };
  const webhook = webhooks.find(({ path }) => path === message.type);
  if (webhook === undefined) throw new Error(`no webhook is described for ${message.type}`);
  const missing = parametersOf(webhook, 'header').filter(
    ({ name, schema }) => !judge.fits(schema, headers[name]),
  );
  if (missing.length > 0)
    throw new Error(
      `${message.type} came without ${missing.map(({ name }) => name).join(', ')} as described`,
    );
  if (webhook.body === null || !judge.fits(webhook.body, message))
    throw new Error(`the body of ${message.type} is not as described`);
}

interface DescribedMessage {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function read(): Description {
  const text = readFileSync(join(findProjectRoot(), 'libs/sdk/openapi.json'), 'utf8');
  const document = JSON.parse(text) as ApiDescription;
  const routes = operationsOf(document).map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  // `/v1/verifications/search` before `/v1/verifications/{id}`.
  return {
    judge: new AnswerJudge(document),
    routes: routes.sort((one, other) => open(one) - open(other)),
    webhooks: operationsOf({ ...document, paths: document.webhooks }),
  };
}

function open({ operation }: Route): number {
  return operation.path.split('{').length;
}
