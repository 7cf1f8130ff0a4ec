/** The part of JSON Schema (2020-12) that our OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

interface MediaType {
  readonly schema?: Schema;
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface DocumentedResponse {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, MediaType>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface ApiDescription {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly webhooks: ApiDescription['paths'];
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, DocumentedResponse>>;
    readonly headers: Readonly<Record<string, { readonly schema: Schema }>>;
  };
}

/** Whom an operation is for: anybody, tenants' keys with one of the scopes (any key for none), or operators' roles. */
export type Admission =
  | { readonly kind: 'public' }
  | { readonly kind: 'tenant'; readonly scopes: readonly string[] }
  | { readonly kind: 'admin'; readonly roles: readonly string[] };

/** One operation of the API, as its description has it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** `/v1/verifications/{id}` */
  readonly path: string;
  readonly admission: Admission;
  readonly parameters: readonly Parameter[];
  /** Null where no body is described. */
  readonly body: Schema | null;
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

const METHODS = new Set(['get', 'put', 'post', 'patch', 'delete', 'head', 'options', 'trace']);

export function operationsOf(description: ApiDescription): readonly Operation[] {
  return Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        admission: admissionOf(operation),
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content?.['application/json']?.schema ?? null,
        responses: responsesOf(operation, description),
      })),
  );
}

/** Those that many operations have in common stand in the components. */
function responsesOf(
  { operationId, responses }: DocumentedOperation,
  { components }: ApiDescription,
): Operation['responses'] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const found =
        response.$ref === undefined ? response : components.responses[response.$ref.split('/').at(-1) ?? ''];
      if (found === undefined)
        throw new Error(`${operationId} ${status}: there is no ${response.$ref ?? ''}`);
      return [status, found];
    }),
  );
}

export function parametersOf(operation: Operation, place: Parameter['in']): readonly Parameter[] {
  return operation.parameters.filter((parameter) => parameter.in === place);
}

/** The first of the values that a schema lists: good enough for a parameter that has to be there. */
export function firstOf(schema: Schema): string {
  const [first] = schema.enum ?? [];
  if (typeof first !== 'string') throw new Error('only a list of texts has a first one');
  return first;
}

/** The path with its parameters filled in, as given: whoever wants them encoded encodes them. */
export function pathOf(operation: Operation, values: Readonly<Record<string, string>>): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${operation.id}: no value for the parameter ${name}`);
    return value;
  });
}

function admissionOf({ operationId, security = [] }: DocumentedOperation): Admission {
  const [one = {}, ...others] = security;
  if (others.length > 0)
    throw new Error(`${operationId}: several ways to authenticate are new to this reader`);
  if (one['tenantKey'] !== undefined) return { kind: 'tenant', scopes: one['tenantKey'] };
  if (one['adminKey'] !== undefined) return { kind: 'admin', roles: one['adminKey'] };
  return { kind: 'public' };
}
