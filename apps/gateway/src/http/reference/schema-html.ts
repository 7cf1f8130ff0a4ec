import { escapeHtml } from '../html.js';
import { type DescribedSchema, nameIn } from './described-api.js';
import { inlineHtml } from './markdown.js';

/** Where the page shows a schema of the components. */
export function schemaAnchor(name: string): string {
  return `schema-${name}`;
}

/** A schema in a few words: its type, or a link to where it is shown. */
export function typeHtml(schema: DescribedSchema): string {
  if (schema.$ref !== undefined) {
    const name = nameIn(schema.$ref);
    return `<a href="#${schemaAnchor(name)}">${escapeHtml(name)}</a>`;
  }
  const parts = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (parts !== undefined) return parts.map(typeHtml).join(' or ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['anything']);
  return types.map((type) => oneTypeHtml(type, schema)).join(' or ');
}

function oneTypeHtml(type: string, { items, format, additionalProperties }: DescribedSchema): string {
  if (type === 'array' && items !== undefined) return `list of ${typeHtml(items)}`;
  if (type === 'object' && typeof additionalProperties === 'object')
    return `object of ${typeHtml(additionalProperties)}`;
  if (type === 'string' && format !== undefined) return `string (${escapeHtml(format)})`;
  return escapeHtml(type);
}

/** The rules of a schema, as words after its type; empty where there are none. */
export function rulesHtml(schema: DescribedSchema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = schema;
  const values = schema.enum ?? schema.items?.enum;
  const rules = [
    ...(values === undefined ? [] : [`one of ${values.map(codeHtml).join(', ')}`]),
    ...range('', minimum, maximum),
    ...range(' characters', minLength, maxLength),
    ...range(' items', minItems, maxItems),
    ...(pattern === undefined ? [] : [`like ${codeHtml(pattern)}`]),
    ...(schema.default === undefined ? [] : [`default ${codeHtml(schema.default)}`]),
  ];
  return rules.join('; ');
}

/** The members of an object, each with its type, its rules and its words. */
export function membersHtml({ properties = {}, required = [] }: DescribedSchema): string {
  const members = Object.entries(properties).map(([name, schema]) => {
    const facts = [typeHtml(schema), ...(required.includes(name) ? ['required'] : [])].join(', ');
    return `<dt><code>${escapeHtml(name)}</code> <small>${facts}</small></dt>\n<dd>${wordsHtml(schema)}</dd>`;
  });
  return members.length === 0 ? '' : `<dl>\n${members.join('\n')}\n</dl>`;
}

/** Description and rules, as far as there are any. */
export function wordsHtml(schema: DescribedSchema, description = schema.description): string {
  const rules = rulesHtml(schema);
  return [
    ...(description === undefined ? [] : [inlineHtml(description)]),
    ...(rules === '' ? [] : [`<small>${rules}</small>`]),
  ].join('<br>');
}

/** A value of JSON as it is written. */
function codeHtml(value: unknown): string {
  return `<code>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value))}</code>`;
}

function range(unit: string, from: number | undefined, to: number | undefined): readonly string[] {
  if (from !== undefined && to !== undefined) return [`${from} to ${to}${unit}`];
  if (from !== undefined && from > 0) return [`at least ${from}${unit}`];
  return to === undefined ? [] : [`at most ${to}${unit}`];
}
