import fc from 'fast-check';

import { type ApiDescription, type Schema } from './api-description.js';

const REFERENCE = '#/components/schemas/';

/** Values that a schema describes but cannot be made from it, by the member's name. */
export type WellKnown = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Turns schemas of the document into arbitraries of values that fit them, boundary values among them. */
export class SchemaArbitraries {
  constructor(
    private readonly description: ApiDescription,
    private readonly marker: string,
    private readonly wellKnown: WellKnown,
  ) {}

  /** Throws for a schema that it does not understand: a new kind wants a thought, not a skipped test. */
  valid(schema: Schema, name = ''): fc.Arbitrary<unknown> {
    const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
    const nullable = types.includes('null') || schema.anyOf?.some((part) => part.type === 'null') === true;
    const value = this.#present(schema, name, types);
    return nullable
      ? fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) })
      : value;
  }

  /** The value of a parameter, as text. */
  parameter(schema: Schema, name: string): fc.Arbitrary<string> {
    return this.valid(schema, name)
      .filter((value) => value !== null)
      .map(String);
  }

  resolved(schema: Schema): Schema {
    const { $ref } = schema;
    if ($ref === undefined) return schema;
    const target = this.description.components.schemas[$ref.slice(REFERENCE.length)];
    if (target === undefined) throw new Error(`there is no ${$ref}`);
    return this.resolved(target);
  }

  #present(schema: Schema, name: string, types: readonly string[]): fc.Arbitrary<unknown> {
    // What is known of a name is known of one value of it.
    const known = types.includes('array') ? undefined : this.wellKnown[name];
    if (known !== undefined) return known;
    if (schema.$ref !== undefined) return this.valid(this.resolved(schema), name);
    const alternatives = schema.oneOf ?? schema.anyOf?.filter((part) => part.type !== 'null');
    if (alternatives !== undefined) return fc.oneof(...alternatives.map((part) => this.valid(part, name)));
    if (schema.allOf?.[0] !== undefined && schema.allOf.length === 1)
      return this.valid(schema.allOf[0], name);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum.filter((value) => value !== null));
    switch (types.find((type) => type !== 'null')) {
      case 'string':
        return this.#text(schema, name);
      case 'integer':
        return bounded(schema);
      case 'boolean':
        return fc.boolean();
      case 'array':
        return this.#list(schema, name);
      case 'object':
        return this.#object(schema, name);
      default:
        throw new Error(`no values are known for the schema of ${name}: ${JSON.stringify(schema)}`);
    }
  }

  #text(schema: Schema, name: string): fc.Arbitrary<string> {
    if (schema.pattern !== undefined) throw new Error(`say what fits the pattern of ${name}`);
    switch (schema.format) {
      case 'email':
        return fc.nat({ max: 999_999 }).map((n) => `${this.marker}.${n}@mail.test`);
      case 'date':
        return fc
          .date({ min: new Date('1900-01-01'), max: new Date('2020-01-01'), noInvalidDate: true })
          .map(day);
      case 'date-time':
        return fc
          .date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
          .map((at) => at.toISOString());
      case 'uri':
        return fc
          .constantFrom('', '?x=1', '?', '#part', `/${'a'.repeat(1900)}`)
          .map((tail) => `https://${this.marker}.test/done${tail}`);
      case undefined:
        return this.#freeText(schema.minLength ?? 0, schema.maxLength ?? 100);
      default:
        throw new Error(`no values are known for the format ${schema.format} of ${name}`);
    }
  }

  /** Begins with the marker where there is room for it, so that whatever repeats it is noticed. */
  #freeText(min: number, max: number): fc.Arbitrary<string> {
    const letters = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/\p{Cc}/u.test(text));
    const short = letters.map((tail) => `${this.marker}${tail}`.slice(0, max).toWellFormed());
    const lengths = fc.constantFrom(Math.max(min, 1), max);
    return fc.oneof(
      { weight: 3, arbitrary: short },
      { weight: 1, arbitrary: lengths.map((length) => this.marker.repeat(length).slice(0, length)) },
    );
  }

  #list(schema: Schema, name: string): fc.Arbitrary<unknown[]> {
    const { items } = schema;
    if (items === undefined) throw new Error(`no items are known for ${name}`);
    const minLength = schema.minItems ?? 0;
    const maxLength = Math.max(minLength, schema.maxItems ?? this.resolved(items).enum?.length ?? 5);
    const item = this.valid(items, `${name}[]`);
    return schema.uniqueItems === true
      ? fc.uniqueArray(item, { minLength, maxLength })
      : fc.array(item, { minLength, maxLength });
  }

  #object(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const { properties = {}, required = [], additionalProperties } = schema;
    const names = Object.keys(properties);
    if (names.length === 0 && typeof additionalProperties === 'object') {
      const keys = fc
        .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
        .filter((key) => !(key in {}));
      return fc.dictionary(keys, this.valid(additionalProperties), {
        maxKeys: Math.min(5, schema.maxProperties ?? 5),
      });
    }
    if (names.length === 0) throw new Error(`say what fits the open object ${name}`);
    const members = Object.fromEntries(names.map((each) => [each, this.valid(properties[each] ?? {}, each)]));
    return fc.record(members, { requiredKeys: [...required] });
  }
}

function bounded({ minimum = 0, maximum = 1_000_000 }: Schema): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
