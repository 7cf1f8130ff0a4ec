import { applyDecorators } from '@nestjs/common';
import { fromTypeId } from '@gatehouse/platform';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, ValidateBy, ValidateNested } from 'class-validator';
import countries from 'i18n-iso-countries/index.js';

import { nestedAs, RULE } from './compiled-rules.js';
import { idParameter } from './openapi/id-parameter.js';
import { isCalendarDate, isEmail, isPhone, isTimestamp, isWebAddress } from './formats.js';

/*
 * One decorator for each kind of member: its rule and its words in the OpenAPI document stand in one place. A member is
 * optional unless it says otherwise, and then null is as good as absent.
 */

interface Words {
  readonly description?: string;
  readonly example?: unknown;
  readonly required?: boolean;
}

interface Rule {
  /** What a value must be; the end of the sentence "<member> must be …". Never repeats a value. */
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
}

function member(check: Rule, schema: ApiPropertyOptions, words: Words): PropertyDecorator {
  const required = words.required ?? false;
  const documented = {
    ...schema,
    ...(words.description === undefined ? {} : { description: words.description }),
    ...(words.example === undefined ? {} : { example: words.example }),
    required,
    ...(required ? {} : { nullable: true }),
  } as ApiPropertyOptions;
  return applyDecorators(rule(check), ...(required ? [] : [IsOptional()]), ApiProperty(documented));
}

/** Control characters have no place in a name or a reference. */
const CONTROL = /\p{Cc}/u;

/** A provider as it is named everywhere: `sentinel`. */
export function ProviderName(words: Words = {}): PropertyDecorator {
  return Text({ ...words, max: 32, pattern: /^[a-z][a-z0-9_]{0,31}$/, must: 'the name of a provider' });
}

export function ProviderNames(options: Words & { readonly items: number }): PropertyDecorator {
  const { items } = options;
  const name = /^[a-z][a-z0-9_]{0,31}$/;
  return member(
    {
      must: `a list of at most ${items} names of providers`,
      holds: (value) =>
        Array.isArray(value) &&
        value.length <= items &&
        value.every((item) => typeof item === 'string' && name.test(item)),
    },
    { type: 'array', items: { type: 'string', pattern: name.source }, maxItems: items },
    options,
  );
}

/** Who is asked where the request names nobody. */
export const PROVIDER_WHERE_ABSENT =
  'Absent: the provider of the policy in force, if it can, else a connected one that can.';

export function Text(
  options: Words & { readonly max: number; readonly pattern?: RegExp; readonly must?: string },
): PropertyDecorator {
  const { max, pattern } = options;
  return member(
    {
      must: options.must ?? `text of 1 to ${max} characters without control characters`,
      holds: (value) =>
        typeof value === 'string' &&
        value.length >= 1 &&
        value.length <= max &&
        !CONTROL.test(value) &&
        (pattern === undefined || pattern.test(value)),
    },
    {
      type: 'string',
      minLength: 1,
      maxLength: max,
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
    },
    options,
  );
}

/** A list of texts; the same one may be in it twice. */
export function Texts(options: Words & { readonly items: number; readonly max: number }): PropertyDecorator {
  const { items, max } = options;
  return member(
    {
      must: `a list of at most ${items} texts of 1 to ${max} characters`,
      holds: (value) =>
        Array.isArray(value) &&
        value.length <= items &&
        value.every((item) => typeof item === 'string' && item.length >= 1 && item.length <= max),
    },
    { type: 'array', items: { type: 'string', minLength: 1, maxLength: max }, maxItems: items },
    options,
  );
}

export function EmailAddress(words: Words = {}): PropertyDecorator {
  return member(
    { must: 'an e-mail address of at most 254 characters', holds: isEmail },
    { type: 'string', format: 'email', maxLength: 254 },
    { example: 'jane@mail.test', ...words },
  );
}

export function PhoneNumber(words: Words = {}): PropertyDecorator {
  return member(
    { must: 'a possible phone number with its country code, as in +971501234542', holds: isPhone },
    { type: 'string', maxLength: 32 },
    { example: '+971501234542', ...words },
  );
}

export function CalendarDate(words: Words = {}): PropertyDecorator {
  return member(
    { must: 'a calendar date as YYYY-MM-DD, from 1900 on', holds: isCalendarDate },
    { type: 'string', format: 'date' },
    words,
  );
}

export function Timestamp(words: Words = {}): PropertyDecorator {
  return member(
    { must: 'a time as RFC 3339 has it, as in 2026-01-31T12:00:00Z', holds: isTimestamp },
    { type: 'string', format: 'date-time' },
    words,
  );
}

export function CountryCode(words: Words = {}): PropertyDecorator {
  return member(
    {
      must: 'an ISO 3166-1 alpha-2 country code in capitals',
      holds: isCountryCode,
    },
    { type: 'string', pattern: '^[A-Z]{2}$' },
    { example: 'AE', ...words },
  );
}

export function CountryCodes(options: Words & { readonly items: number }): PropertyDecorator {
  const { items } = options;
  return member(
    {
      must: `a list of 1 to ${items} ISO 3166-1 alpha-2 country codes in capitals`,
      holds: (value) =>
        Array.isArray(value) && value.length >= 1 && value.length <= items && value.every(isCountryCode),
    },
    { type: 'array', items: { type: 'string', pattern: '^[A-Z]{2}$' }, minItems: 1, maxItems: items },
    options,
  );
}

export function Share(words: Words = {}): PropertyDecorator {
  return numberUpTo(1, words);
}

export function Percentage(words: Words = {}): PropertyDecorator {
  return numberUpTo(100, words);
}

function numberUpTo(maximum: number, words: Words): PropertyDecorator {
  return member(
    {
      must: `a number from 0 to ${maximum}`,
      holds: (value) => typeof value === 'number' && value >= 0 && value <= maximum,
    },
    { type: 'number', minimum: 0, maximum },
    words,
  );
}

export function WebAddress(words: Words = {}): PropertyDecorator {
  return member(
    {
      must: 'an absolute https URL (http only to this computer) without user and password, of at most 2000 characters',
      holds: isWebAddress,
    },
    { type: 'string', format: 'uri', maxLength: 2000 },
    words,
  );
}

/** Where we are to post to. Whether that is an address that may be called is for the core to say, which knows the deployment. */
export function OutboundUrl(words: Words = {}): PropertyDecorator {
  return member(
    {
      must: 'an absolute https URL of at most 2000 printable ASCII characters',
      holds: (value) =>
        typeof value === 'string' && value.length <= 2000 && /^https?:\/\/[\x21-\x7e]+$/i.test(value),
    },
    { type: 'string', format: 'uri', maxLength: 2000 },
    words,
  );
}

/** One of our ids, by its prefix: `IdOf('ver')`. */
export function IdOf(prefix: string, words: Words = {}): PropertyDecorator {
  const { pattern, example } = idParameter(prefix).schema;
  return member(
    {
      must: `an id that begins with ${prefix}_`,
      holds: (value) => typeof value === 'string' && fromTypeId(prefix, value) !== null,
    },
    { type: 'string', pattern },
    { example, ...words },
  );
}

export function OneOf(
  values: readonly string[],
  words: Words & { readonly default?: string } = {},
): PropertyDecorator {
  return member(
    {
      must: `one of ${values.join(', ')}`,
      holds: (value) => typeof value === 'string' && values.includes(value),
    },
    { type: 'string', enum: [...values], ...(words.default === undefined ? {} : { default: words.default }) },
    words,
  );
}

export function SetOf(
  values: readonly string[],
  words: Words & { readonly min?: number } = {},
): PropertyDecorator {
  const min = words.min ?? 0;
  return member(
    {
      must: `a list without repetitions${min > 0 ? `, of at least ${min},` : ''} of ${values.join(', ')}`,
      holds: (value) =>
        Array.isArray(value) &&
        value.length >= min &&
        value.length <= values.length &&
        new Set(value).size === value.length &&
        value.every((item) => typeof item === 'string' && values.includes(item)),
    },
    { type: 'array', items: { type: 'string', enum: [...values] }, uniqueItems: true, minItems: min },
    words,
  );
}

export function Whole(
  options: Words & { readonly min: number; readonly max: number; readonly default?: number },
): PropertyDecorator {
  const { min, max } = options;
  return member(
    {
      must: `a whole number from ${min} to ${max}`,
      holds: (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
    },
    {
      type: 'integer',
      minimum: min,
      maximum: max,
      ...(options.default === undefined ? {} : { default: options.default }),
    },
    options,
  );
}

/** A whole number in a query string, where everything is text. */
export function WholeInQuery(
  options: Words & { readonly min: number; readonly max: number; readonly default: number },
): PropertyDecorator {
  const { min, max } = options;
  return member(
    {
      must: `a whole number from ${min} to ${max}`,
      holds: (value) =>
        typeof value === 'string' && /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max,
    },
    { type: 'integer', minimum: min, maximum: max, default: options.default },
    options,
  );
}

export function Flag(words: Words & { readonly default?: boolean } = {}): PropertyDecorator {
  return member(
    { must: 'true or false', holds: (value) => typeof value === 'boolean' },
    { type: 'boolean', ...(words.default === undefined ? {} : { default: words.default }) },
    words,
  );
}

export interface PairLimits {
  readonly pairs: number;
  readonly name: number;
  readonly value: number;
}

/** An object of text values. */
export function TextPairs(options: Words & PairLimits): PropertyDecorator {
  const { pairs, name, value } = options;
  return member(
    {
      must: `an object of at most ${pairs} text values; names up to ${name} characters, values up to ${value}`,
      holds: (object) => {
        if (!isPlainObject(object)) return false;
        const entries = Object.entries(object);
        return (
          entries.length <= pairs &&
          entries.every(
            ([key, text]) =>
              key !== '' && key.length <= name && typeof text === 'string' && text.length <= value,
          )
        );
      },
    },
    { type: 'object', additionalProperties: { type: 'string', maxLength: value }, maxProperties: pairs },
    options,
  );
}

/** An object whose members somebody else knows (the schema of a provider). */
export function OpenObject(words: Words): PropertyDecorator {
  return member(
    { must: 'an object', holds: isPlainObject },
    { type: 'object', additionalProperties: true },
    words,
  );
}

/** An object with a class of its own. */
export function Nested(type: () => new () => object, words: Words = {}): PropertyDecorator {
  const required = words.required ?? false;
  return applyDecorators(
    // ValidateNested alone would take a list of such objects as well.
    rule({ must: 'an object', holds: isPlainObject }),
    ...(required ? [] : [IsOptional()]),
    ValidateNested(),
    Type(type),
    nestedAs(type),
    ApiProperty({
      // An arrow of its own, because Swagger tells a lazy type by the function's name.
      type: () => type(),
      required,
      ...(required ? {} : { nullable: true }),
      ...(words.description === undefined ? {} : { description: words.description }),
    }),
  );
}

/** A list of objects with a class of their own. */
export function NestedList(
  type: () => new () => object,
  options: Words & { readonly items: number },
): PropertyDecorator {
  const { items } = options;
  return applyDecorators(
    rule({
      must: `a list of at most ${items} objects`,
      holds: (value) => Array.isArray(value) && value.length <= items && value.every(isPlainObject),
    }),
    IsOptional(),
    ValidateNested({ each: true }),
    Type(type),
    ApiProperty({
      type: () => type(),
      isArray: true,
      maxItems: items,
      required: false,
      nullable: true,
      ...(options.description === undefined ? {} : { description: options.description }),
    }),
  );
}

function rule({ must, holds }: Rule): PropertyDecorator {
  return ValidateBy({
    name: RULE,
    validator: {
      validate: holds,
      defaultMessage: (details) =>
        details?.value === undefined || details.value === null ? 'is required' : `must be ${must}`,
    },
  });
}

function isCountryCode(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Z]{2}$/.test(value) && countries.isValid(value);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
