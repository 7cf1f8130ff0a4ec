import './verification-list.css';

import { Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react';

import { Moment } from '../kit/moment.js';
import { StatusBadge } from '../kit/status-badge.js';
import { TextLink } from '../kit/text-link.js';
import { TenantLabel } from './tenant-label.js';
import { type Verification } from './verifications.query.js';

const HEAD = ['Verification', 'Status', 'Tenant', 'Provider', 'Person', 'Created'];
const ROW_PX = 52;
/** On narrow screens the cells stand in three lines. */
const CARD_PX = 96;
const OVERSCAN = 12;
/** How many rows before the end the next page is asked for. */
const AHEAD = 40;

export interface VerificationListProps {
  readonly verifications: readonly Verification[];
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
}

/** Rows of which only those in sight are drawn, so that ten thousand scroll as ten do. The next page comes on the way down. */
export function VerificationList({
  verifications,
  hasMore,
  isLoadingMore,
  onMore,
}: VerificationListProps): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  const isNarrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false });
  const rowHeight = isNarrow ? CARD_PX : ROW_PX;
  useLayoutEffect(() => {
    const { current } = list;
    if (current !== null) setScrollMargin(current.getBoundingClientRect().top + window.scrollY);
  }, [isNarrow]);
  const virtualizer = useWindowVirtualizer({
    count: verifications.length,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin,
    // A frame that waits for its rows is a frame that is late.
    useFlushSync: false,
    getItemKey: (index) => verifications[index]?.id ?? index,
  });
  useEffect(() => {
    virtualizer.measure();
  }, [virtualizer, rowHeight]);
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const isNearEnd = last + AHEAD >= verifications.length;
  useEffect(() => {
    if (hasMore && isNearEnd && !isLoadingMore) onMore();
  }, [hasMore, isNearEnd, isLoadingMore, onMore]);
  return (
    <>
      <div role="table" aria-label="Verifications" aria-rowcount={hasMore ? -1 : verifications.length + 1}>
        <div role="rowgroup">
          <div role="row" aria-rowindex={1} className="verification-list__head">
            {HEAD.map((title) => (
              <span role="columnheader" key={title}>
                {title}
              </span>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={list}
          className="verification-list"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {rows.map(({ index, start, key }) => {
            const verification = verifications[index];
            return (
              verification !== undefined && (
                <Row
                  key={key}
                  verification={verification}
                  index={index}
                  height={rowHeight}
                  top={start - scrollMargin}
                />
              )
            );
          })}
        </div>
      </div>
      <Text size="sm" c="dimmed" role="status">
        {hasMore
          ? `${verifications.length} shown; more come as you scroll.`
          : `${verifications.length === 1 ? 'This one is' : `These ${verifications.length} are`} all.`}
      </Text>
    </>
  );
}

/** Drawn once for as long as it is in sight, however the rows around it move. */
const Row = memo(function Row({
  verification,
  index,
  height,
  top,
}: {
  readonly verification: Verification;
  readonly index: number;
  readonly height: number;
  readonly top: number;
}): ReactElement {
  const { id, status, tenantId, environment, provider, subject, createdAt, reference } = verification;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="verification-list__row"
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <span role="rowheader" className="verification-list__id">
        <TextLink to="/verifications/$verificationId" params={{ verificationId: id }}>
          {id}
        </TextLink>
        {reference !== null && (
          <Text size="xs" c="dimmed" truncate>
            {reference}
          </Text>
        )}
      </span>
      <span role="cell">
        <StatusBadge status={status} />
      </span>
      <span role="cell">
        <TenantLabel id={tenantId} /> · {environment}
      </span>
      <span role="cell">{provider.name}</span>
      <span role="cell">{subject.email ?? subject.phone ?? 'erased'}</span>
      <span role="cell">
        <Moment at={createdAt} />
      </span>
    </div>
  );
});
