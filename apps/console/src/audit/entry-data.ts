/** One member that was changed, and by its path. */
export interface Change {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

type Members = Readonly<Record<string, unknown>>;

/** What an entry's `before` and `after` differ in; null for an entry that has neither. */
export function changesIn(data: Members): readonly Change[] | null {
  if (!('before' in data) && !('after' in data)) return null;
  const before = new Map(flattened(data['before']));
  const after = new Map(flattened(data['after']));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((path) => ({ path, before: before.get(path) ?? '–', after: after.get(path) ?? '–' }))
    .filter((change) => change.before !== change.after);
}

/** Everything else that an entry says, each by its path. */
export function factsIn(data: Members): readonly (readonly [path: string, value: string])[] {
  return Object.entries(data)
    .filter(([name]) => name !== 'before' && name !== 'after')
    .flatMap(([name, value]) => flattened(value, name));
}

/** The texts of a member that is a list of them. */
export function textsIn(data: Members, name: string): readonly string[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function flattened(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (value === null || value === undefined) return path === '' ? [] : [[path, '–']];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null))
    return [[path, value.length === 0 ? 'none' : value.map(worded).join(', ')]];
  if (typeof value !== 'object') return [[path, worded(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    flattened(inner, path === '' ? name : `${path}.${name}`),
  );
}

function worded(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'yes' : 'no';
    default:
      return JSON.stringify(value);
  }
}
