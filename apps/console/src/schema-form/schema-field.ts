/** As much of JSON Schema as a form can be drawn from. What comes in is of another's making: each member is looked at first. */
export interface FieldNotes {
  readonly title: string | null;
  readonly description: string | null;
  /** What counts where nothing is given. */
  readonly fallback: unknown;
  readonly example: string | null;
}

/** One member of an object. */
export interface SchemaMember {
  readonly name: string;
  readonly isRequired: boolean;
  readonly field: SchemaField;
}

/** How a value is asked for. */
export type SchemaField = FieldNotes &
  (
    | { readonly kind: 'text'; readonly isSecret: boolean; readonly isAddress: boolean }
    | { readonly kind: 'number'; readonly isWhole: boolean }
    | { readonly kind: 'choice'; readonly options: readonly (string | number)[] }
    | { readonly kind: 'flag' }
    /** Several texts or numbers. `oneAlone`: a single one stands without a list around it. */
    | { readonly kind: 'list'; readonly of: 'text' | 'number'; readonly oneAlone: boolean }
    | { readonly kind: 'object'; readonly members: readonly SchemaMember[] }
    /** Null says something of its own, other than nothing. */
    | { readonly kind: 'nullable'; readonly inner: SchemaField }
    /** Whatever is none of these is written as JSON. */
    | { readonly kind: 'json' }
  );

type Schema = Readonly<Record<string, unknown>>;

/** How a value of this schema is asked for. */
export function fieldOf(schema: unknown): SchemaField {
  if (!isObject(schema)) return { ...notesOf({}), kind: 'json' };
  const notes = notesOf(schema);
  const alternatives = alternativesOf(schema);
  if (alternatives !== null) return { ...notes, ...fieldOfAlternatives(alternatives, notes) };
  const options = optionsOf(schema);
  if (options !== null) return { ...notes, kind: 'choice', options };
  switch (schema['type']) {
    case 'string':
      return {
        ...notes,
        kind: 'text',
        isSecret: schema['writeOnly'] === true,
        isAddress: schema['format'] === 'uri',
      };
    case 'number':
    case 'integer':
      return { ...notes, kind: 'number', isWhole: schema['type'] === 'integer' };
    case 'boolean':
      return { ...notes, kind: 'flag' };
    case 'array': {
      const of = plainTypeOf(schema['items']);
      return of === null ? { ...notes, kind: 'json' } : { ...notes, kind: 'list', of, oneAlone: false };
    }
    case 'object': {
      const members = membersOf(schema);
      return members.length === 0 ? { ...notes, kind: 'json' } : { ...notes, kind: 'object', members };
    }
    default:
      return { ...notes, kind: 'json' };
  }
}

function fieldOfAlternatives(alternatives: readonly Schema[], notes: FieldNotes): SchemaField {
  const others = alternatives.filter(({ type }) => type !== 'null');
  const [first, second, ...more] = others;
  if (first !== undefined && second === undefined && others.length < alternatives.length) {
    const inner = fieldOf(first);
    if (inner.kind !== 'json') return { ...notes, kind: 'nullable', inner };
  }
  const isPair = first !== undefined && second !== undefined && more.length === 0;
  if (isPair && others.length === alternatives.length) {
    const [one, several] = first['type'] === 'array' ? [second, first] : [first, second];
    const of = plainTypeOf(one);
    if (of !== null && several['type'] === 'array' && plainTypeOf(several['items']) === of)
      return { ...notes, kind: 'list', of, oneAlone: true };
  }
  return { ...notes, kind: 'json' };
}

/** `anyOf`, `oneOf`, or several types of one schema. */
function alternativesOf(schema: Schema): readonly Schema[] | null {
  const given = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(given)) return given.every(isObject) ? given : [];
  const types: unknown = schema['type'];
  return Array.isArray(types) ? types.map((type: unknown) => ({ ...schema, type })) : null;
}

function membersOf(schema: Schema): readonly SchemaMember[] {
  const properties = schema['properties'];
  if (!isObject(properties)) return [];
  const required: unknown = schema['required'];
  return Object.entries(properties).map(([name, member]) => ({
    name,
    isRequired: Array.isArray(required) && required.includes(name),
    field: fieldOf(member),
  }));
}

function plainTypeOf(schema: unknown): 'text' | 'number' | null {
  if (!isObject(schema) || 'enum' in schema || schema['writeOnly'] === true) return null;
  switch (schema['type']) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    default:
      return null;
  }
}

function optionsOf(schema: Schema): readonly (string | number)[] | null {
  const options: unknown = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(options)) return null;
  const plain = options.filter(
    (option: unknown): option is string | number => typeof option === 'string' || typeof option === 'number',
  );
  return plain.length === options.length ? plain : null;
}

function notesOf(schema: Schema): FieldNotes {
  const said = (name: string): string | null => (typeof schema[name] === 'string' ? schema[name] : null);
  const examples: unknown = schema['examples'];
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  return {
    title: said('title'),
    description: said('description'),
    fallback: schema['default'],
    example: inWords(example),
  };
}

/** As one would type it; null for what has no short form. */
export function inWords(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) && value.length > 0 ? value.map(inWords).join(', ') : null;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name for people, of a member that has no title: `callsPerMinute` is “Calls per minute”. */
export function titleOf(name: string, { title }: Pick<FieldNotes, 'title'>): string {
  if (title !== null) return title;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .replaceAll(/[_-]/gu, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
