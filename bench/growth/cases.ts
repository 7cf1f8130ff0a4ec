import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';

import { KNOWN_EMAIL, type Stage, type StageTenant } from './stage.js';
import { type Chosen, type Value, valuesOf } from './values.js';

/** A list as it is asked for. */
export interface ListCase {
  /** The same in every database. */
  readonly name: string;
  readonly key: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Rows of a page; null for figures, which are made of as many rows as there are. */
  readonly page: number | null;
}

export interface Extent {
  /** Rows of a page where nothing else is said; absent: the API's own default. */
  readonly page?: number;
  /** False: of moments and cursors no pairs, which are most of all. */
  readonly pairs?: boolean;
}

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: boolean;
}

interface ListOperation {
  readonly id: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

/** What is a list but has no page of ours: the provider's own pages. */
const NOT_OURS = new Set(['listProviderCustomers']);
/** Counted together, not listed. */
const FIGURES = new Set(['getOverview']);
const DEFAULT_PAGE = 50;

/** What is refused with 422, because no index serves it: parameters that are taken together with `tenantId` only. */
const ONLY_OF_A_TENANT: Readonly<Record<string, (chosen: Chosen) => boolean>> = {
  listAllVerifications: ({ status, provider, reference }) =>
    provider !== undefined || reference !== undefined || (status !== undefined && status !== 'needs_review'),
  listAllWebhookDeliveries: ({ status, endpointId, verificationId }) =>
    status !== undefined || endpointId !== undefined || verificationId !== undefined,
  // Positions are of a tenant's ledger.
  listCheckpoints: ({ cursor }) => cursor !== undefined,
  searchAuditLog: ({ verificationId }) => verificationId !== undefined,
};

function isOffered(operation: string, chosen: Chosen): boolean {
  const { tenantId, since, until } = chosen;
  if (tenantId === undefined && ONLY_OF_A_TENANT[operation]?.(chosen) === true) return false;
  // A range that ends before it begins is refused.
  return operation === 'getOverview' || since === undefined || until === undefined || since < until;
}

/** Every list of /v1 and /admin/v1 in the OpenAPI document, with its parameters alone and in pairs. */
export async function listCases(stage: Stage, extent: Extent = {}): Promise<readonly ListCase[]> {
  const { page = DEFAULT_PAGE, pairs = true } = extent;
  const cases: ListCase[] = [];
  for (const operation of await listOperations()) {
    for (const { who, key, tenant } of askersOf(operation, stage)) {
      const dimensions = await Promise.all(
        operation.parameters.map(async ({ name, required }) => ({
          name,
          isRequired: required === true,
          values: await valuesOf(operation.id, name, required === true, { stage, tenant }),
        })),
      );
      for (const chosen of choicesOf(operation.id, dimensions, {
        isLonely: tenant === stage.lonely,
        pairs,
      })) {
        cases.push({ ...requestOf(operation, chosen, page), key, name: nameOf(operation, who, chosen) });
      }
    }
  }
  return [...cases, ...searches(stage)];
}

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      { readonly get?: { readonly operationId: string; readonly parameters?: readonly Parameter[] } }
    >
  >;
}

async function listOperations(): Promise<readonly ListOperation[]> {
  const file = join(findProjectRoot(), 'libs', 'sdk', 'openapi.json');
  const document = JSON.parse(await readFile(file, 'utf8')) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, { get }]) => {
    if (get === undefined || !/^\/(?:admin\/)?v1\//.test(path) || NOT_OURS.has(get.operationId)) return [];
    const parameters = (get.parameters ?? []).filter((parameter) => ['query', 'path'].includes(parameter.in));
    const isList = parameters.some(({ name }) => name === 'limit') || FIGURES.has(get.operationId);
    return isList ? [{ id: get.operationId, path, parameters }] : [];
  });
}

function askersOf(
  { path }: ListOperation,
  { giant, lonely, adminKey }: Stage,
): readonly { readonly who: string; readonly key: string; readonly tenant: StageTenant | null }[] {
  if (path.startsWith('/admin/')) return [{ who: 'operator', key: adminKey, tenant: null }];
  return [
    { who: 'giant', key: giant.key, tenant: giant },
    { who: 'lonely', key: lonely.key, tenant: lonely },
  ];
}

interface Dimension {
  readonly name: string;
  readonly isRequired: boolean;
  readonly values: readonly Value[];
}

const UNPAIRED = new Set(['cursor', 'createdAfter', 'createdBefore', 'since', 'until']);

type Choice = ReadonlyMap<string, Value>;

/**
 * Every value alone, and each two values of different parameters together with nothing else: a third would have the list found by what
 * is rarest. The tenant that an operator asks for is beside all of them; of the one whose status says who it is, values alone will do.
 */
function choicesOf(
  operation: string,
  dimensions: readonly Dimension[],
  { isLonely, pairs: isWhole }: { readonly isLonely: boolean; readonly pairs: boolean },
): readonly Choice[] {
  const isBase = ({ name, isRequired }: Dimension): boolean => isRequired || name === 'tenantId';
  const bases = dimensions
    .filter(isBase)
    .reduce<readonly Choice[]>(
      (choices, { name, values }) =>
        choices.flatMap((choice) => values.map((value) => new Map([...choice, [name, value]]))),
      [new Map()],
    );
  const single = dimensions
    .filter((dimension) => !isBase(dimension))
    .flatMap(({ name, values }) => values.map((value) => ({ name, value })))
    .filter(({ value }) => value.text !== null);
  const isPaired = (name: string): boolean => name !== 'limit' && (isWhole || !UNPAIRED.has(name));
  const alone: readonly Choice[] = [new Map(), ...single.map(({ name, value }) => new Map([[name, value]]))];
  const pairs: readonly Choice[] = single.flatMap((one, index) =>
    single
      .slice(index + 1)
      .filter(({ name }) => name !== one.name && isPaired(name) && isPaired(one.name))
      .map(
        (other) =>
          new Map([
            [one.name, one.value],
            [other.name, other.value],
          ]),
      ),
  );
  return bases
    .flatMap((base) => {
      const isShort = isLonely || [...base.values()].some(({ label }) => label === 'lonely');
      return (isShort ? alone : [...alone, ...pairs]).map((choice) => new Map([...base, ...choice]));
    })
    .filter((choice) => isOffered(operation, chosenOf(choice)));
}

function chosenOf(choice: Choice): Chosen {
  return Object.fromEntries([...choice].flatMap(([name, { text }]) => (text === null ? [] : [[name, text]])));
}

function requestOf(
  { id, path, parameters }: ListOperation,
  choice: Choice,
  usualPage: number,
): Pick<ListCase, 'method' | 'path' | 'page'> {
  const chosen = chosenOf(choice);
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of parameters) {
    const text = chosen[parameter.name];
    if (text === undefined) continue;
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, text);
    else query.set(parameter.name, text);
  }
  const page = FIGURES.has(id) ? null : Number(chosen['limit'] ?? usualPage);
  if (page !== null && page !== DEFAULT_PAGE) query.set('limit', String(page));
  return { method: 'GET', path: query.size === 0 ? filled : `${filled}?${query.toString()}`, page };
}

function nameOf({ path }: ListOperation, who: string, choice: Choice): string {
  const words = [...choice].flatMap(([name, { label, text }]) => (text === null ? [] : [`${name}=${label}`]));
  return [`${path} (${who})`, ...words].join(' ');
}

/** Contacts are not in an address, so their lists are asked for by POST. */
function searches({ giant, lonely, adminKey }: Stage): readonly ListCase[] {
  const people = {
    'known e-mail': { email: KNOWN_EMAIL },
    nobody: { email: 'nobody@mail.test', phone: '+14155550123' },
  };
  return Object.entries(people).flatMap(([label, by]): ListCase[] => [
    ...[giant, lonely].map(({ id, key }) => ({
      name: `/v1/verifications/search (${id === giant.id ? 'giant' : 'lonely'}) ${label}`,
      key,
      method: 'POST' as const,
      path: '/v1/verifications/search',
      body: by,
      page: DEFAULT_PAGE,
    })),
    {
      name: `/admin/v1/verifications/search (operator) ${label}`,
      key: adminKey,
      method: 'POST',
      path: '/admin/v1/verifications/search',
      body: { tenantId: giant.id, ...by },
      page: DEFAULT_PAGE,
    },
  ]);
}
