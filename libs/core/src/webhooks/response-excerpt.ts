import { type Place } from '../privacy/tenant-vault.js';

/** Where the words of a receiver are kept that go with a failed attempt. */
export function placeOfExcerpt(deliveryId: string, attempt: number): Place {
  return {
    table: 'webhook_attempts',
    row: JSON.stringify([deliveryId, String(attempt)]),
    column: 'response_sealed',
  };
}
