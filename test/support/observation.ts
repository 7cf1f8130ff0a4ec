import { type Observation, type ProviderVerdict } from '@gatehouse/contract';

/** What a provider says of nothing but the verdict. */
export function observation(verdict: ProviderVerdict | null, over: Partial<Observation> = {}): Observation {
  return {
    verdict,
    rawStatus: verdict,
    reasonCodes: [],
    providerTime: null,
    delivery: [],
    validity: null,
    riskLevel: null,
    consent: null,
    evidence: null,
    ...over,
  };
}
