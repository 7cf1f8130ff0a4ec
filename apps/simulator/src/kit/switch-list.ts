import { z } from 'zod';

/** One switch as the control API and the page explain it. */
export interface SwitchDescription {
  readonly name: string;
  /** What it answers to; begins with the section of the vendor's notes where there is one. */
  readonly means: string;
  readonly default: unknown;
  /** The values there are to choose from; null: any that `schema` allows. */
  readonly values: readonly Value[] | null;
  readonly schema: Readonly<Record<string, unknown>>;
}

type Value = string | number | boolean | null;

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const property = z.looseObject({
  description: z.string().default(''),
  type: z.unknown().optional(),
  enum: z.array(value).optional(),
  anyOf: z.array(z.looseObject({ const: value.optional() })).optional(),
});
const described = z.looseObject({ properties: z.record(z.string(), property) });

/** The switches of a vendor, read off their schema. */
export function switchList(switches: z.ZodType): SwitchDescription[] {
  const { properties } = described.parse(z.toJSONSchema(switches, { io: 'input', unrepresentable: 'any' }));
  const defaults = z.record(z.string(), z.unknown()).parse(switches.parse({}));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    means: schema.description,
    default: defaults[name],
    values: valuesOf(schema),
    schema,
  }));
}

function valuesOf(schema: z.output<typeof property>): readonly Value[] | null {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.type === 'boolean') return [true, false];
  const constants = schema.anyOf?.map((option) => option.const) ?? [];
  const known = constants.filter((constant) => constant !== undefined);
  return known.length > 0 && known.length === constants.length ? known : null;
}
