import { type FieldError, Problem } from '@gatehouse/contract';

const MAX_DEPTH = 20;
const MAX_MEMBERS = 2_000;
/**
 * Names that mean something to every JavaScript object; a member called so would not be a plain value to all of our code.
 * `prototype` is among them because Nest's pipe drops it in silence, so that nobody would notice that it is unknown.
 */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
]);
const MEDIA_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?$/i;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Throws Problem `unsupported_media_type` unless the body is said to be JSON in UTF-8, as it is. */
export function requireJson(contentType: string | undefined, contentEncoding: string | undefined): void {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') {
    throw new Problem('unsupported_media_type', 'A compressed body is not accepted.');
  }
  if (contentType === undefined || !MEDIA_TYPE.test(contentType)) {
    throw new Problem('unsupported_media_type', 'The body must be sent as application/json in UTF-8.');
  }
}

/**
 * The value in a JSON body. Throws Problem `malformed_json` for what is not JSON in UTF-8, is nested too deeply, or has
 * members that are dangerous by their name; Problem `validation_failed` for text that no store or vendor takes
 * (U+0000, half a surrogate pair).
 */
export function parseJson(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    // The parser's own message quotes the body.
    throw new Problem('malformed_json', 'The body cannot be read as JSON in UTF-8.');
  }
  const errors: FieldError[] = [];
  inspect(value, '', 0, { members: 0, errors });
  if (errors.length > 0)
    throw new Problem('validation_failed', 'Some text in the body is not valid.', { errors });
  return value;
}

/** Whether bytes are JSON in UTF-8, of whatever content. */
export function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(decoder.decode(bytes));
    return true;
  } catch {
    return false;
  }
}

interface Inspection {
  members: number;
  readonly errors: FieldError[];
}

function inspect(value: unknown, pointer: string, depth: number, inspection: Inspection): void {
  if (typeof value === 'string') {
    if (!isCleanText(value)) inspection.errors.push({ pointer, detail: UNCLEAN });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH)
    throw new Problem('malformed_json', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  for (const [name, member] of Object.entries(value)) {
    inspection.members += 1;
    if (inspection.members > MAX_MEMBERS) {
      throw new Problem('malformed_json', `The body has more than ${MAX_MEMBERS} members.`);
    }
    if (FORBIDDEN_NAMES.has(name))
      throw new Problem('malformed_json', 'The body has a member with a forbidden name.');
    if (isCleanText(name)) {
      inspect(member, childPointer(pointer, name), depth + 1, inspection);
    } else {
      inspection.errors.push({ pointer, detail: `a member’s name ${UNCLEAN}` });
    }
  }
}

/** For routes that take nothing: `{}` is as good as no body. Throws Problem `validation_failed`. */
export function requireNothing(value: unknown): void {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const errors = isObject
    ? Object.keys(value).map((name) => ({ pointer: childPointer('', name), detail: 'is not a known member' }))
    : [{ pointer: '', detail: 'must be an object' }];
  if (errors.length > 0) throw new Problem('validation_failed', 'This request takes no members.', { errors });
}

export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

const UNCLEAN = 'must not contain U+0000 or half a surrogate pair';

function isCleanText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const MAX_NAME = 100;

/** JSON Pointer (RFC 6901) to a member. A name that is too long to be one of ours is not repeated. */
export function childPointer(parent: string, name: string): string {
  if (name.length > MAX_NAME) return parent;
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
