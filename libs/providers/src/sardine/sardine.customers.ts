import { ProviderError } from '@gatehouse/contract';

import { type ProviderCall, type ProviderHttp } from '../kit/provider-http.js';
import { callOf, type SardineConnection } from './sardine.calls.js';
import { createdCustomer, foundCustomer } from './sardine.wire.js';

/** Of the range kept for fiction: belongs to nobody. */
const NOBODYS_PHONE = '+12025550100';

/** Sardine's customers, one per phone (providers/sardine.md 4.1 and 4.2). */
export class SardineCustomers {
  constructor(private readonly http: ProviderHttp) {}

  /** The customer's id, or null if there is none. */
  async find(connection: SardineConnection, phoneNumber: string): Promise<string | null> {
    const answer = await this.http.find(searchCall(connection, phoneNumber), [404]);
    return answer.data;
  }

  /**
   * Search first, then create; whatever create says, somebody else may have been faster, so a failure is searched again
   * before it counts (providers/sardine.md 4.1).
   */
  async findOrCreate(connection: SardineConnection, phoneNumber: string): Promise<string> {
    const found = await this.find(connection, phoneNumber);
    if (found !== null) return found;
    const call = callOf(connection, {
      operation: 'create a customer at Sardine',
      path: '/identity/entities',
      body: { phoneNumber },
      schema: createdCustomer,
      repeatable: false,
    });
    try {
      const answer = await this.http.request(call);
      return answer.data.customerId;
    } catch (error) {
      if (!isWorthASearch(error)) throw error;
      const raced = await this.find(connection, phoneNumber);
      if (raced === null) throw error;
      return raced;
    }
  }

  /** Looks for nobody, which has to be a success: unlike in {@link find}, a 404 is a path that nobody knows. */
  async tryOut(connection: SardineConnection): Promise<void> {
    await this.http.request(searchCall(connection, NOBODYS_PHONE));
  }
}

function searchCall(connection: SardineConnection, phoneNumber: string): ProviderCall<string | null> {
  return callOf(connection, {
    operation: 'search a customer at Sardine',
    path: '/identity/entities/search',
    body: { phoneNumber },
    schema: foundCustomer,
  });
}

function isWorthASearch(error: unknown): boolean {
  return error instanceof ProviderError && error.fault !== 'credentials' && error.fault !== 'rate_limited';
}
