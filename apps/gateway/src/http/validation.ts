import { type FieldError, Problem } from '@gatehouse/contract';
import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';

import { compiledRules, RULE } from './compiled-rules.js';
import { childPointer, isForbiddenName } from './json-body.js';

/** The part of class-validator's ValidationError that is used here; Nest has a class of the same name. */
export interface Finding {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly Finding[];
}

/** Carries class-validator's findings to where it is known whether they are about the body or about parameters. */
class Findings extends Error {
  constructor(readonly findings: readonly Finding[]) {
    super('not valid');
  }
}

/**
 * Turns bodies and query strings into the classes that describe them. Throws Problem `validation_failed`, with a pointer to
 * each member that is unknown, missing, or out of its rule.
 */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: (findings) => new Findings(findings),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type } = metadata;
    if (type !== 'body' && type !== 'query') return value;
    if (type === 'body' && value !== undefined && !isObject(value)) {
      throw invalid([{ pointer: '', detail: 'must be an object' }]);
    }
    if (type === 'query' && isObject(value)) requireOrdinaryNames(value);
    // Most of what is sent is valid; only of the rest has it to be found out why.
    const valid = validOf(value ?? {}, metadata);
    if (valid !== undefined) return valid;
    try {
      return await super.transform(value ?? {}, metadata);
    } catch (error) {
      if (!(error instanceof Findings)) throw error;
      throw invalid(fieldErrors(error.findings, type));
    }
  }
}

function validOf(value: unknown, { metatype }: ArgumentMetadata): object | undefined {
  if (metatype === undefined || !isObject(value)) return undefined;
  // Nest knows a class by no better type than Function's.
  return compiledRules(metatype as new () => object)?.(value);
}

/** Every finding with its place: JSON Pointers for a body, names for parameters. Never a value. */
export function fieldErrors(findings: readonly Finding[], type: 'body' | 'query', parent = ''): FieldError[] {
  return findings.flatMap((finding) => {
    const place = type === 'body' ? childPointer(parent, finding.property) : finding.property.slice(0, 100);
    // One finding is enough for one place, and the member's own rule says most.
    const [first] = Object.entries(finding.constraints ?? {}).sort(([a], [b]) => rank(a) - rank(b));
    const details = first === undefined ? [] : [{ pointer: place, detail: DETAILS[first[0]] ?? first[1] }];
    return [...details, ...fieldErrors(finding.children ?? [], type, place)];
  });
}

function rank(constraint: string): number {
  return constraint === RULE ? 0 : 1;
}

/** class-validator's own words for its own rules repeat the member's name. */
const UNKNOWN = 'is not a known member';
const DETAILS: Readonly<Record<string, string>> = {
  whitelistValidation: UNKNOWN,
  nestedValidation: 'must be an object',
  unknownValue: 'must be an object',
};

export function invalid(errors: readonly FieldError[]): Problem {
  return new Problem('validation_failed', 'Some members or parameters are not valid.', { errors });
}

/** class-transformer passes over names that every object has, and so would not notice that they are unknown. */
function requireOrdinaryNames(query: object): void {
  const names = Object.keys(query).filter(isForbiddenName);
  if (names.length > 0) {
    throw invalid(names.map((name) => ({ pointer: name, detail: UNKNOWN })));
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
