/*
 * The part of an OpenAPI 3.1 document that the reference page shows, as it is read from our own JSON: Nest's types are of 3.0,
 * where a schema cannot have several types.
 */

export interface DescribedSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: DescribedSchema;
  readonly properties?: Readonly<Record<string, DescribedSchema>>;
  readonly additionalProperties?: boolean | DescribedSchema;
  readonly required?: readonly string[];
  readonly allOf?: readonly DescribedSchema[];
  readonly anyOf?: readonly DescribedSchema[];
  readonly oneOf?: readonly DescribedSchema[];
}

export interface Referring {
  readonly $ref?: string;
}

export interface DescribedExample extends Referring {
  readonly value?: unknown;
}

export interface DescribedContent {
  readonly schema?: DescribedSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, DescribedExample>>;
}

export type DescribedBody = Readonly<Record<string, DescribedContent>>;

export interface DescribedParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: DescribedSchema;
  readonly example?: unknown;
}

export interface DescribedHeader extends Referring {
  readonly description?: string;
}

export interface DescribedResponse extends Referring {
  readonly description?: string;
  readonly headers?: Readonly<Record<string, DescribedHeader>>;
  readonly content?: DescribedBody;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly DescribedParameter[];
  readonly requestBody?: {
    readonly description?: string;
    readonly required?: boolean;
    readonly content: DescribedBody;
  };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;

export interface DescribedApi {
  readonly info: { readonly title: string; readonly description: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Paths;
  readonly webhooks: Paths;
  readonly components: {
    readonly schemas: Readonly<Record<string, DescribedSchema>>;
    readonly responses: Readonly<Record<string, DescribedResponse>>;
    readonly examples: Readonly<Record<string, DescribedExample>>;
    readonly headers: Readonly<Record<string, DescribedHeader>>;
    readonly securitySchemes: Readonly<Record<string, { readonly description?: string }>>;
  };
}

/** What a reference names: `#/components/responses/not_found` → `not_found`. */
export function nameIn(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}

/** The thing itself, or what it refers to. Throws where that is nowhere: the document is ours, so it is a mistake of ours. */
export function resolved<T extends Referring>(components: Readonly<Record<string, T>>, thing: T): T {
  if (thing.$ref === undefined) return thing;
  const found = components[nameIn(thing.$ref)];
  if (found === undefined) throw new Error(`${thing.$ref} is nowhere in the document`);
  return found;
}
