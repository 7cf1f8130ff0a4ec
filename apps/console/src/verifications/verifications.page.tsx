import { Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useCallback, useState } from 'react';

import { EmptyState } from '../kit/empty-state.js';
import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { Filters } from './filters.js';
import { FindBox, type Sought } from './find-box.js';
import { VerificationList } from './verification-list.js';
import {
  type Contact,
  contactQuery,
  isShort,
  type Verification,
  verificationsQuery,
} from './verifications.query.js';
import { type VerificationsSearch } from './verifications.routes.js';

/** The verifications of all tenants. */
export function VerificationsPage(): ReactElement {
  const search: VerificationsSearch = useSearch({ from: '/signed-in/verifications' });
  const navigate = useNavigate({ from: '/verifications' });
  const [contact, setContact] = useState<Contact | null>(null);
  const { tenantId, environment } = search;
  const show = (next: VerificationsSearch): void => {
    setContact(null);
    void navigate({ search: next, replace: true, resetScroll: false });
  };
  const find = (sought: Sought): void => {
    if (sought.by === 'id') {
      void navigate({ to: '/verifications/$verificationId', params: { verificationId: sought.value } });
    } else if (tenantId === undefined) {
      return;
    } else if (sought.by === 'reference') {
      show({ ...search, reference: sought.value });
    } else {
      setContact({
        by: sought.by,
        value: sought.value,
        tenantId,
        ...(environment !== undefined && { environment }),
      });
    }
  };
  return (
    <Page title="Verifications" lead="Of all tenants, newest first. Persons are masked.">
      <FindBox hasTenant={tenantId !== undefined} onFind={find} />
      <Filters search={search} onSearch={show} />
      {contact === null ? (
        <Listed search={search} />
      ) : (
        <Found
          contact={contact}
          onClose={() => {
            setContact(null);
          }}
        />
      )}
    </Page>
  );
}

function Listed({ search }: { readonly search: VerificationsSearch }): ReactElement {
  const pages = useInfiniteQuery(verificationsQuery(search));
  const isFiltered = Object.keys(search).length > 0;
  return (
    <>
      {!isShort(pages.data) && (
        <Group gap="sm">
          <Text size="sm">This far down the list stands still.</Text>
          <Button size="compact-sm" variant="default" onClick={() => void pages.refetch()}>
            Bring up to date
          </Button>
        </Group>
      )}
      <Pages pages={pages}>
        {isFiltered ? (
          <EmptyState title="No verification is like that">
            Take a filter away, or look at other days.
          </EmptyState>
        ) : (
          <EmptyState title="There is no verification yet">
            A tenant’s backend begins one with <code>POST /v1/verifications</code>. Connect a provider and
            make an API key for the tenant first.
          </EmptyState>
        )}
      </Pages>
    </>
  );
}

function Found({
  contact,
  onClose,
}: {
  readonly contact: Contact;
  readonly onClose: () => void;
}): ReactElement {
  const pages = useInfiniteQuery(contactQuery(contact));
  return (
    <>
      <Group gap="sm">
        <Text size="sm">Found by {contact.by === 'email' ? 'e-mail address' : 'phone number'}.</Text>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Back to the list
        </Button>
      </Group>
      <Pages pages={pages}>
        <EmptyState title="Nobody was found">
          Nobody of this tenant began with that {contact.by === 'email' ? 'e-mail address' : 'phone number'},
          or their data has been erased. Phone numbers need their country code.
        </EmptyState>
      </Pages>
    </>
  );
}

interface ListPages {
  readonly data: { readonly pages: readonly { readonly data: readonly Verification[] }[] } | undefined;
  readonly error: Error | null;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

/** `children`: for an empty list. */
function Pages({
  pages,
  children,
}: {
  readonly pages: ListPages;
  readonly children: ReactElement;
}): ReactElement {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = pages;
  const onMore = useCallback(() => {
    void fetchNextPage();
  }, [fetchNextPage]);
  const verifications = data?.pages.flatMap((page) => page.data);
  return (
    <>
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {verifications === undefined && error === null && <Loading what="the verifications" />}
      {verifications?.length === 0 && children}
      {verifications !== undefined && verifications.length > 0 && (
        <VerificationList
          verifications={verifications}
          hasMore={hasNextPage && error === null}
          isLoadingMore={isFetchingNextPage}
          onMore={onMore}
        />
      )}
    </>
  );
}
