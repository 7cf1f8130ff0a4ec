import { type ProblemCode, PROBLEMS } from '@gatehouse/contract';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { type RawAnswer, type RawRequest } from '../raw-http.js';
import {
  type ApiDescription,
  type DocumentedResponse,
  type Operation,
  type Schema,
} from './api-description.js';

const PROBLEM_MEDIA_TYPE = 'application/problem+json';
const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

export interface Expectation {
  /** The request breaks a rule, so that no success may be answered. */
  readonly invalid?: boolean;
  /** One of these, where the request leaves no choice. */
  readonly statuses?: readonly number[];
  /** What the request's values hold and no problem may repeat. */
  readonly marker?: string;
}

/**
 * Says what is wrong with an answer, by the rules that hold for all of them: the OpenAPI document, the table of problems,
 * no 5xx while every provider is well, nothing repeated of what was sent.
 */
export class AnswerJudge {
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<Schema, ValidateFunction>();
  /** The fields that the document describes once for all operations. */
  readonly #fields: ApiDescription['components']['headers'];

  constructor(description: ApiDescription) {
    this.#fields = description.components.headers;
    // Formats are for readers; discriminator and example are OpenAPI's own words.
    this.#ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    const answers = Object.fromEntries(
      Object.entries(description.components.schemas).map(([name, schema]) => [name, closed(name, schema)]),
    );
    this.#ajv.addSchema({ components: { schemas: answers } }, 'openapi.json');
  }

  /** Whether a value fits a schema of the document. */
  fits(schema: Schema, value: unknown): boolean {
    return this.#validator(schema)(value);
  }

  /** Complaints about the answer to a request that reached `operation`; to one that reached none, with null. */
  complaints(operation: Operation | null, answer: RawAnswer, expectation: Expectation = {}): string[] {
    const { status } = answer;
    return [
      ...(expectation.invalid === true && status < 400 ? [`an invalid request was answered ${status}`] : []),
      ...(expectation.statuses?.includes(status) === false
        ? [`answered ${status} instead of ${expectation.statuses.join(' or ')}`]
        : []),
      ...(status >= 500 ? [`answered ${status}: ${answer.text.slice(0, 300)}`] : []),
      ...this.misdescribed(operation, answer, expectation),
      // What no route of ours could have been meant by, Fastify's router refuses by itself.
      ...(status === 404 ? [] : this.incomplete(operation, answer)),
    ];
  }

  /** Complaints about header fields that are described and were not sent. */
  incomplete(operation: Operation | null, answer: RawAnswer): string[] {
    const response = operation?.responses[String(answer.status)];
    const missing = response === undefined ? [] : missingHeaders(response, answer);
    return missing.length === 0 ? [] : [`${answer.status} came without ${missing.join(', ')}`];
  }

  /** Complaints about an answer by the document and the table of problems alone, whatever had been asked for. */
  misdescribed(operation: Operation | null, answer: RawAnswer, expectation: Expectation = {}): string[] {
    const isProblem = answer.status >= 400 && !isReadiness(operation, answer) && !isPage(operation, answer);
    return [
      ...anyAnswer(answer),
      ...(operation === null ? [] : this.#documented(operation, answer)),
      ...(isProblem ? problemComplaints(answer, expectation) : []),
    ];
  }

  #documented(operation: Operation, answer: RawAnswer): string[] {
    const response = operation.responses[String(answer.status)];
    if (response === undefined) {
      return [`${answer.status} ${codeOf(answer)} is not documented for ${operation.id}`];
    }
    const undescribed = this.#fieldComplaints(response, answer);
    if (undescribed.length > 0) return undescribed;
    if (response.content === undefined) {
      return answer.text === '' ? [] : [`a body was sent with ${answer.status}, where none is documented`];
    }
    const mediaType = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const content = response.content[mediaType] ?? response.content[`${mediaType.split('/')[0] ?? ''}/*`];
    if (content === undefined)
      return [`${answer.status} with ${mediaType} is not documented for ${operation.id}`];
    const code = codeOf(answer);
    if (mediaType === PROBLEM_MEDIA_TYPE && content.examples !== undefined && !(code in content.examples)) {
      return [`${answer.status} ${code} is not among the documented codes of ${operation.id}`];
    }
    if (content.schema === undefined || !/[/+]json$/.test(mediaType)) return [];
    const validate = this.#validator(content.schema);
    if (validate(answer.json)) return [];
    const places = (validate.errors ?? []).map(
      ({ instancePath, message }) => `${instancePath} ${message ?? ''}`,
    );
    return [`the body does not fit the documented schema: ${places.slice(0, 5).join('; ')}`];
  }

  /** Of fields that were sent and are described for other answers only, or with other values. */
  #fieldComplaints({ headers = {} }: DocumentedResponse, answer: RawAnswer): string[] {
    return Object.entries(this.#fields).flatMap(([name, { schema }]) => {
      const value = answer.headers.get(name.toLowerCase());
      if (value === undefined) return [];
      if (!(name in headers)) return [`${answer.status} came with ${name}, which is not described`];
      const fits = this.fits(schema, schema.type === 'integer' ? Number(value) : value);
      return fits ? [] : [`${answer.status} came with ${name}: ${value}, which is not as described`];
    });
  }

  #validator(schema: Schema): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known !== undefined) return known;
    const made = this.#ajv.compile(absolute(schema));
    this.#validators.set(schema, made);
    return made;
  }
}

/** Fields that are there whenever they are described, except where Fastify refuses a request before anything of ours runs. */
const ALWAYS_SENT = ['RateLimit', 'RateLimit-Policy', 'WWW-Authenticate', 'ETag'];

/** Of a key that was found to be in force. */
const OF_KEYS = ['RateLimit', 'RateLimit-Policy'];

/** Problems that pass by themselves, and say when to ask again. */
const WAITING: ReadonlySet<string> = new Set<ProblemCode>([
  'rate_limited',
  'idempotency_in_progress',
  'provider_unavailable',
  'overloaded',
]);

function missingHeaders({ headers = {} }: DocumentedResponse, answer: RawAnswer): readonly string[] {
  // A replay is the stored body again, and no more than that.
  if (answer.status === 400 || isReplay(answer)) return [];
  const code = codeOf(answer);
  // Of these, the first two may also be said to a key in force.
  const isBeforeKey =
    (['rate_limited', 'unauthenticated'].includes(code) &&
      OF_KEYS.every((name) => !answer.headers.has(name.toLowerCase()))) ||
    code === 'overloaded';
  const always = isBeforeKey ? ALWAYS_SENT.filter((name) => !OF_KEYS.includes(name)) : ALWAYS_SENT;
  const expected = WAITING.has(code) ? [...always, 'Retry-After'] : always;
  return expected.filter((name) => name in headers && !answer.headers.has(name.toLowerCase()));
}

/** For people: what was sent, without the key it was sent with. */
export function describeRequest({ method, path, headers = [], body }: RawRequest): string {
  const shown = headers.filter(([name]) => name.toLowerCase() !== 'authorization');
  const bytes = body?.toString('utf8') ?? '';
  const text = bytes.length > 600 ? `${bytes.slice(0, 600)}… (${bytes.length})` : bytes;
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(shown).slice(0, 500)} ${text}`;
}

function problemComplaints(answer: RawAnswer, { marker }: Expectation): string[] {
  const mediaType = (answer.headers.get('content-type') ?? '').split(';')[0];
  const found: string[] = [];
  if (mediaType !== PROBLEM_MEDIA_TYPE) found.push(`a problem came as ${mediaType ?? 'nothing'}`);
  const problem = membersOf(answer.json);
  for (const member of ['type', 'title', 'detail', 'instance', 'code', 'requestId']) {
    if (typeof problem[member] !== 'string' || problem[member] === '')
      found.push(`the problem has no ${member}`);
  }
  if (problem['status'] !== answer.status) found.push('the problem names another status');
  // A replay tells of the first request, whose outcome it is.
  if (!isReplay(answer) && problem['requestId'] !== answer.headers.get('x-request-id'))
    found.push('the problem names another request');
  const code = codeOf(answer);
  if (!isProblemCode(code)) found.push(`the code ${code} is in no table`);
  else if (PROBLEMS[code].status !== answer.status)
    found.push(`${code} came with another status than the table’s`);
  else if (problem['title'] !== PROBLEMS[code].title)
    found.push(`${code} came with another title than the table’s`);
  else if (!String(problem['type']).endsWith(`/problems/${code}`))
    found.push('the type is not the code’s page');
  if (marker !== undefined && answer.text.toLowerCase().includes(marker.toLowerCase()))
    found.push('the problem repeats what was sent');
  return found;
}

function anyAnswer(answer: RawAnswer): string[] {
  const id = answer.headers.get('x-request-id') ?? '';
  return [
    ...(SANE_REQUEST_ID.test(id) ? [] : ['there is no sane X-Request-Id']),
    ...(answer.headers.get('x-content-type-options') === 'nosniff' ? [] : ['security headers are missing']),
  ];
}

function isReadiness(operation: Operation | null, answer: RawAnswer): boolean {
  return operation?.id === 'getReadiness' && answer.status === 503;
}

function isReplay(answer: RawAnswer): boolean {
  return answer.headers.get('idempotent-replayed') === 'true';
}

/** For a person rather than a program, where that is described. */
function isPage(operation: Operation | null, answer: RawAnswer): boolean {
  const described = operation?.responses[String(answer.status)]?.content ?? {};
  return 'text/html' in described && (answer.headers.get('content-type') ?? '').startsWith('text/html');
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

export function codeOf(answer: RawAnswer): string {
  const code = membersOf(answer.json)['code'];
  return typeof code === 'string' ? code : '(no code)';
}

function membersOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}

/**
 * A body of ours holds what is documented and nothing else (RELIABILITY.md D.5, API3). Problems may have extensions
 * (RFC 9457), so theirs stays open.
 */
function closed(name: string, schema: Schema): Schema {
  const isOpen =
    schema.properties === undefined || schema.additionalProperties !== undefined || name === 'Problem';
  return absolute(isOpen ? schema : { ...schema, additionalProperties: false });
}

/** References are to the document, wherever a schema stands by itself. */
function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `openapi.json${value}` : value,
  ) as Schema;
}
