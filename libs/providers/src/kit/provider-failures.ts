import { FAULTS, ProviderError, type ProviderFault } from '@gatehouse/contract';
import { z } from 'zod';

import { type VendorResponse } from './exchange-handler.js';
import { headerOf, retryAfterOf } from './response-headers.js';
import { TransportFailure } from './transport-failure.js';
import { parseUntrustedJson, UnreadableJson } from './untrusted-json.js';

/** What a failure of a call has to know of the call. */
export interface Attempt {
  /** The provider's name, for errors. */
  readonly provider: string;
  /** What is being done, for errors: `mint a link`. Never personal. */
  readonly operation: string;
  /** What a 4xx means, by status and by the vendor's own texts: `message` and `errors[].message` of the body. */
  readonly faultOf: (status: number, texts: readonly string[]) => ProviderFault;
  /** What an unknown outcome means for the person: `unknown` if the call may have reached them. */
  readonly effectOnLostAnswer: 'none' | 'unknown';
}

/** The error for an answer that breaks the vendor's contract: one that `what`, e.g. `is too large`. Never a value. */
export type Broken = (what: string, cause?: unknown) => ProviderError;

/** No answer. Only our own {@link TransportFailure} goes into the error: what axios throws holds the whole request. */
export function lost(call: Attempt, error: unknown): ProviderError {
  const what = `Could not ${call.operation}`;
  if (!(error instanceof TransportFailure))
    return new ProviderError(call.provider, 'unavailable', call.effectOnLostAnswer, what);
  const effect = error.sent ? call.effectOnLostAnswer : 'none';
  const [fault, why] = LOST[error.kind];
  return new ProviderError(call.provider, fault, effect, `${what}: ${why} (${error.code})`, { cause: error });
}

const LOST = {
  address_refused: ['unavailable', 'its address is in a private network'],
  network: ['unavailable', 'the connection failed'],
  timeout: ['timeout', 'no answer in time'],
  too_large: ['contract', 'the answer is too large'],
} as const satisfies Record<TransportFailure['kind'], readonly [ProviderFault, string]>;

export function brokenBy(call: Attempt, httpStatus: number): Broken {
  return (what, cause) =>
    new ProviderError(
      call.provider,
      'contract',
      call.effectOnLostAnswer,
      `Could not ${call.operation}: the answer ${what}`,
      { httpStatus, cause },
    );
}

/** Why the body of a 2xx may not be read, whatever is in it. */
export function refuseEncoding(response: Pick<VendorResponse, 'headers'>, broken: Broken): void {
  const encoding = headerOf(response, 'content-encoding');
  if (encoding !== null && encoding !== 'identity') throw broken('is compressed, which was not asked for');
}

/** What an answer that is no 2xx means. */
export function refusal(call: Attempt, response: VendorResponse): ProviderError {
  const { status } = response;
  const error = (
    fault: ProviderFault,
    effect: ProviderError['effect'],
    retryAfterSeconds: number | null = null,
  ): ProviderError =>
    new ProviderError(call.provider, fault, effect, `Could not ${call.operation}: answered ${status}`, {
      httpStatus: status,
      ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    });
  if (status >= 500) return error('unavailable', call.effectOnLostAnswer, retryAfterOf(response));
  if (status < 400) return error('contract', call.effectOnLostAnswer);
  if (status === 408) return error('timeout', call.effectOnLostAnswer);
  if (status === 429) return error('rate_limited', 'none', retryAfterOf(response));
  return error(call.faultOf(status, errorTexts(bodyOrNull(response))), 'none');
}

/** Whether the same call may well succeed in a moment. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return false;
  if (error.cause instanceof TransportFailure && error.cause.kind === 'address_refused') return false;
  const { retryable, breaker } = FAULTS[error.fault];
  return retryable && breaker === 'vendor';
}

/** The texts of a vendor's error body: `message` and `errors[].message`, in both shapes that vendors use. */
function errorTexts(body: unknown): readonly string[] {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return [];
  const { message, errors } = parsed.data;
  return [message, ...errors.map((error) => error.message)].filter((text) => text !== null);
}

const text = z.string().nullable().catch(null);
const errorBody = z.object({
  message: text,
  errors: z.array(z.object({ message: text })).catch([]),
});

function bodyOrNull(response: VendorResponse): unknown {
  if (response.data === null) return null;
  try {
    return parseUntrustedJson(response.data);
  } catch (error) {
    if (error instanceof UnreadableJson) return null;
    throw error;
  }
}
