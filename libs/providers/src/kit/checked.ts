import { type Checked, InvalidShape } from '@gatehouse/contract';
import { z } from 'zod';

/**
 * Builds the contract's {@link Checked} from a zod object: unknown members are refused, and each complaint names a place
 * and never a value. Mark secret members with {@link secret}, so that forms and answers know not to show them.
 */
export function checked<S extends z.ZodObject>(schema: S): Checked<z.output<S>> {
  const strict = schema.strict();
  return {
    parse(value) {
      const parsed = strict.safeParse(value);
      if (!parsed.success)
        throw new InvalidShape(parsed.error.issues.flatMap((issue) => complaints(issue, value)));
      return parsed.data as z.output<S>;
    },
    jsonSchema: z.toJSONSchema(strict, { io: 'input' }),
  };
}

/** A member that may be written and never read back. */
export function secret<S extends z.ZodType>(schema: S, title: string): S {
  return schema.meta({ title, writeOnly: true });
}

interface Complaint {
  readonly pointer: string;
  readonly detail: string;
}

function complaints(issue: z.core.$ZodIssue, root: unknown): Complaint[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      detail: 'is not a known member',
    }));
  const missing = valueAt(root, issue.path) === undefined;
  return [{ pointer: pointer(issue.path), detail: missing ? 'is required' : detail(issue) }];
}

function detail(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`;
    case 'too_small':
      return `must have at least ${issue.minimum.toString()}${unit(issue.origin)}`;
    case 'too_big':
      return `must have at most ${issue.maximum.toString()}${unit(issue.origin)}`;
    case 'invalid_format':
      // For a pattern of ours, our own words.
      if (issue.format === 'regex') return issue.message;
      return `must be in the format ${issue.format === 'guid' ? 'uuid' : issue.format}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'custom':
      // Written by our own schemas, which put no value in it.
      return issue.message;
    default:
      return 'does not have a permitted form';
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
