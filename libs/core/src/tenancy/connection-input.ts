import { InvalidShape, Problem, type Provider } from '@gatehouse/contract';
import { checkOutboundUrl } from '@gatehouse/platform';

/** What an admin writes of a connection; what is left out stays as it is. */
export interface ConnectionInput {
  readonly credentials: unknown;
  readonly settings: unknown;
  /** How long replaced credentials are still used; null or absent: the default, 0: all former ones end at once. */
  readonly overlapSeconds?: number | null;
}

/**
 * The whole connection as the provider wants it: credentials member by member over the known ones, settings as a whole. Throws
 * Problem `validation_failed`.
 */
export function checkInput(
  provider: Provider,
  input: ConnectionInput,
  known: { readonly credentials: unknown; readonly settings: unknown } | null,
  allowPrivateNetworks: boolean,
): { readonly credentials: unknown; readonly settings: unknown } {
  const credentials = shaped('/credentials', () =>
    provider.credentials.parse(withKnown(input.credentials, known?.credentials)),
  );
  const settings = shaped('/settings', () =>
    provider.settings.parse(input.settings ?? known?.settings ?? {}),
  );
  const refused = provider
    .endpoints(settings)
    .map((url) => checkOutboundUrl(url, { allowPrivate: allowPrivateNetworks }))
    .filter((reason) => reason !== null);
  if (refused.length > 0) {
    throw new Problem('validation_failed', 'The provider’s address must not be called from here.', {
      errors: refused.map((detail) => ({ pointer: '/settings/baseUrl', detail })),
    });
  }
  return { credentials, settings };
}

/**
 * Whether the provider is called where it was before: its first endpoint is that of its API. What was stored and can no longer be
 * read was elsewhere.
 */
export function isAtSameAddress(provider: Provider, stored: unknown, settings: unknown): boolean {
  try {
    return provider.endpoints(provider.settings.parse(stored))[0] === provider.endpoints(settings)[0];
  } catch (error) {
    if (error instanceof InvalidShape) return false;
    throw error;
  }
}

function withKnown(given: unknown, known: unknown): unknown {
  if (given === undefined) return known ?? {};
  const isMergeable = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isMergeable ? { ...asRecord(known), ...given } : given;
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** An adapter's finding on a value, as the caller's validation problem at the place the value came from. */
function shaped<T>(pointer: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidShape)) throw error;
    throw new Problem('validation_failed', 'The connection is not what the provider needs.', {
      errors: error.errors.map((member) => ({ pointer: pointer + member.pointer, detail: member.detail })),
    });
  }
}
