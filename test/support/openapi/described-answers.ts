import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';

import { type RawAnswer } from '../raw-http.js';
import { AnswerJudge } from './answer-judge.js';
import { type ApiDescription, type Operation, operationsOf } from './api-description.js';

interface Route {
  readonly operation: Operation;
  readonly pattern: RegExp;
}

interface Description {
  readonly judge: AnswerJudge;
  readonly routes: readonly Route[];
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
  const complaints = judge.misdescribed(route?.operation ?? null, answer);
  if (complaints.length === 0) return;
  throw new Error(
    `${method} ${route?.operation.path ?? '(no operation)'} is not answered as described:\n${complaints.join('\n')}`,
  );
}

function read(): Description {
  const text = readFileSync(join(findProjectRoot(), 'libs/sdk/openapi.json'), 'utf8');
  const document = JSON.parse(text) as ApiDescription;
  const routes = operationsOf(document).map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  // `/v1/verifications/search` before `/v1/verifications/{id}`.
  return { judge: new AnswerJudge(document), routes: routes.sort((one, other) => open(one) - open(other)) };
}

function open({ operation }: Route): number {
  return operation.path.split('{').length;
}
