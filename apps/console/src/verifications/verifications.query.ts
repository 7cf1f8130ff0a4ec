import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api, dataOf, type Schemas } from '../api/client.js';
import { LIVE } from '../api/live.js';
import { type Environment, type VerificationsSearch } from './verifications.routes.js';

export type Verification = Schemas['AdminVerification'];
export type VerificationEvent = Schemas['Event'];
export type Explanation = Schemas['Explanation'];
export type Identity = Schemas['Identity'];
export type Image = Schemas['Image'];

/** Whom a search is for. It is kept in memory alone. */
export interface Contact {
  readonly by: 'email' | 'phone';
  readonly value: string;
  readonly tenantId: string;
  readonly environment?: Environment;
}

export const VERIFICATIONS_KEY = ['verifications'] as const;
export const REVIEWS_KEY = [...VERIFICATIONS_KEY, 'reviews'] as const;

const PAGE_SIZE = 100;
/** As many pages are asked for anew by themselves; who has scrolled further reads, and is not to wait for a hundred answers. */
const LIVE_PAGES = 2;

export function verificationsQuery(search: VerificationsSearch) {
  const { from, to, ...filter } = search;
  return infiniteQueryOptions({
    queryKey: [...VERIFICATIONS_KEY, 'list', search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE_SIZE,
        ...filter,
        ...(from !== undefined && { createdAfter: beginOf(from, 0, -1) }),
        ...(to !== undefined && { createdBefore: beginOf(to, 1, 0) }),
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return dataOf(api.GET('/admin/v1/verifications', { params: { query }, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: ({ state }) => isShort(state.data),
    refetchInterval: ({ state }) => (isShort(state.data) ? LIVE.far.refetchInterval : false),
  });
}

/** Whether a list is short enough to be kept up to date by itself. */
export function isShort(data: { readonly pages: readonly unknown[] } | undefined): boolean {
  return (data?.pages.length ?? 0) <= LIVE_PAGES;
}

export function contactQuery({ by, value, tenantId, environment }: Contact) {
  return infiniteQueryOptions({
    queryKey: [...VERIFICATIONS_KEY, 'search', tenantId, environment ?? null, by, value],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) };
      const body = { tenantId, ...(environment !== undefined && { environment }), [by]: value };
      return dataOf(api.POST('/admin/v1/verifications/search', { params: { query }, body, signal }));
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // Who it was about is forgotten with the page.
    gcTime: 0,
  });
}

export function reviewsQuery() {
  return queryOptions({
    queryKey: REVIEWS_KEY,
    queryFn: ({ signal }) => {
      const query = { status: 'needs_review' as const, limit: PAGE_SIZE };
      return dataOf(api.GET('/admin/v1/verifications', { params: { query }, signal }));
    },
    ...LIVE.far,
  });
}

export function verificationQuery(id: string) {
  return queryOptions({
    queryKey: [...VERIFICATIONS_KEY, 'one', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/admin/v1/verifications/{id}', { params: { path: { id } }, signal })),
    ...LIVE.close,
  });
}

export function explanationQuery(id: string) {
  return queryOptions({
    queryKey: [...VERIFICATIONS_KEY, 'explanation', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/admin/v1/verifications/{id}/explain', { params: { path: { id } }, signal })),
    ...LIVE.far,
  });
}

export function eventsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...VERIFICATIONS_KEY, 'events', id],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(pageParam !== null && { cursor: pageParam }) };
      return dataOf(
        api.GET('/admin/v1/verifications/{id}/events', { params: { path: { id }, query }, signal }),
      );
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => (isShort(state.data) ? LIVE.far.refetchInterval : false),
  });
}

/** The first moment of a day here, or of the next one. */
function beginOf(day: string, plusDays: number, plusMs: number): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + plusDays);
  return new Date(date.getTime() + plusMs).toISOString();
}
