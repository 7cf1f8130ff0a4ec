import { type FieldError } from '../api/problem.js';
import { type JsonFault, jsonFault } from './json-fault.js';
import { CHECKS, DOCUMENT_TYPES, FIRST_POLICY, type Policy } from './policy.js';

/** What a text is: a policy, no JSON, or JSON that is no policy. */
export type PolicyReading =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'unparsed'; readonly fault: JsonFault }
  | { readonly kind: 'misshapen'; readonly errors: readonly FieldError[] };

type Shape = (value: unknown, pointer: string) => readonly FieldError[];

export function policyText(policy: Policy): string {
  return JSON.stringify(policy, null, 2);
}

/** Reads a policy as the API takes it; members that may be left out may be. What the values may be, the API knows. */
export function readPolicy(text: string): PolicyReading {
  const fault = jsonFault(text);
  if (fault !== null) return { kind: 'unparsed', fault };
  const value: unknown = JSON.parse(text);
  const errors = POLICY(value, '');
  if (errors.length > 0) return { kind: 'misshapen', errors };
  const given = value as Partial<Policy>;
  return {
    kind: 'policy',
    policy: {
      ...FIRST_POLICY,
      ...given,
      // Null is as good as absent.
      rules: given.rules ?? [],
      fallback: given.fallback ?? [],
      callerMayChoose: given.callerMayChoose ?? false,
    },
  };
}

const text: Shape = (value, pointer) => (typeof value === 'string' ? [] : wrong(pointer, 'must be a text'));
const truth: Shape = (value, pointer) =>
  typeof value === 'boolean' ? [] : wrong(pointer, 'must be true or false');
const figure: Shape = (value, pointer) =>
  typeof value === 'number' ? [] : wrong(pointer, 'must be a number');
const oneOf =
  (values: readonly string[]): Shape =>
  (value, pointer) =>
    typeof value === 'string' && values.includes(value)
      ? []
      : wrong(pointer, `must be one of ${values.join(', ')}`);
const orNull =
  (shape: Shape): Shape =>
  (value, pointer) =>
    value === null ? [] : shape(value, pointer);
const listOf =
  (item: Shape): Shape =>
  (value, pointer) =>
    Array.isArray(value)
      ? value.flatMap((entry, index) => item(entry, `${pointer}/${index}`))
      : wrong(pointer, 'must be a list');
const pairs: Shape = (value, pointer) =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, member]) => text(member, `${pointer}/${name}`))
    : wrong(pointer, 'must be an object');
const objectOf =
  (members: Readonly<Record<string, Shape>>, required: readonly string[]): Shape =>
  (value, pointer) => {
    if (!isObject(value)) return wrong(pointer, 'must be an object');
    return [
      ...required
        .filter((name) => !(name in value))
        .flatMap((name) => wrong(`${pointer}/${name}`, 'has to be there')),
      ...Object.entries(value).flatMap(([name, member]) => {
        const shape = Object.hasOwn(members, name) ? members[name] : undefined;
        return shape === undefined
          ? wrong(`${pointer}/${name}`, 'is no member that is known here')
          : shape(member, `${pointer}/${name}`);
      }),
    ];
  };

const CONDITION = objectOf(
  {
    country: orNull(listOf(text)),
    checks: orNull(listOf(oneOf(CHECKS))),
    documentTypes: orNull(listOf(oneOf(DOCUMENT_TYPES))),
    reuse: orNull(oneOf(['never', 'allow'])),
    metadata: orNull(pairs),
    percent: orNull(figure),
  },
  [],
);

const POLICY = objectOf(
  {
    provider: text,
    rules: orNull(listOf(objectOf({ when: CONDITION, provider: text }, ['when', 'provider']))),
    fallback: orNull(listOf(text)),
    callerMayChoose: orNull(truth),
    effectiveAt: orNull(text),
    guardrail: orNull(
      objectOf({ passRate: orNull(figure), errorRate: orNull(figure), minimumSample: figure }, [
        'minimumSample',
      ]),
    ),
    note: orNull(text),
  },
  ['provider'],
);

function wrong(pointer: string, detail: string): readonly FieldError[] {
  return [{ pointer, detail }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
