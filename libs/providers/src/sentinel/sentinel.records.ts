import { type HeldRecord, type ListPage, type ListRequest } from '@gatehouse/contract';

import { toInstant } from '../kit/dates.js';
import { toEmail } from '../kit/identity-words.js';
import { toE164 } from '../kit/phones.js';
import { type SentinelSettings } from './sentinel.config.js';
import { knownFrom, type SentinelHandle } from './sentinel.handle.js';
import { identityOf } from './sentinel.identity.js';
import { observeCustomer } from './sentinel.map.js';
import { type SentinelCustomer, type SentinelPage } from './sentinel.wire.js';

/** What Sentinel holds on a person now. There is no link of ours that the record could be older than. */
export function heldRecordOf(customer: SentinelCustomer, settings: SentinelSettings, now: Date): HeldRecord {
  return {
    reference: customer.uuid,
    contact: { email: toEmail(customer.email), phone: toE164(customer.phoneNumber) },
    observation: observeCustomer(customer, settings, { now, warned: false }),
    identity: identityOf(customer),
    handle: adoptedHandle(customer),
  };
}

/**
 * `asked` was answered with `page`. Whether there is more is told by how full the page is, and by a total that can be one:
 * a number below what is known to be there counts something else, and one that equals the first page may count just that.
 */
export function listPageOf(
  page: SentinelPage,
  asked: ListRequest,
  settings: SentinelSettings,
  now: Date,
): ListPage {
  const { rows } = page;
  const before = (asked.page - 1) * asked.pageSize;
  const total =
    page.total === null || (rows.length > 0 && page.total < before + rows.length) ? null : page.total;
  const isAll = total !== null && total > rows.length && asked.page * asked.pageSize >= total;
  return {
    records: rows.map((customer) => heldRecordOf(customer, settings, now)),
    total,
    isLast: rows.length < asked.pageSize || isAll,
  };
}

/** Begins with the record itself, so that no later read takes it for the result of an earlier verification. */
function adoptedHandle(customer: SentinelCustomer): SentinelHandle {
  const known = knownFrom(customer);
  const times = [toInstant(customer.createdAt), toInstant(customer.updatedAt)].filter(
    (time) => time !== null,
  );
  return {
    email: known.latestEmail ?? null,
    phone: known.latestPhone ?? null,
    latestEmail: known.latestEmail ?? null,
    latestPhone: known.latestPhone ?? null,
    uuid: known.uuid,
    startedAt: times.sort()[0] ?? null,
    warned: false,
    images: null,
    imagesOf: null,
  };
}
