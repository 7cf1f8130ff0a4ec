import { Badge, Button, Grid, Group, NavLink, Paper, Stack, Text, Title } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useEffect, useRef, useState } from 'react';

import { refresh } from '../api/live.js';
import { EmptyState } from '../kit/empty-state.js';
import { Loading } from '../kit/loading.js';
import { Moment } from '../kit/moment.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TextLink } from '../kit/text-link.js';
import { type Decision, DecisionDialog } from '../verifications/decision-dialog.js';
import { Explanation } from '../verifications/explanation.js';
import { Person } from '../verifications/person.js';
import { VerificationFacts } from '../verifications/verification-facts.js';
import { reviewsQuery, type Verification, VERIFICATIONS_KEY } from '../verifications/verifications.query.js';
import { KeysHelp } from './keys-help.js';
import { useReviewKeys } from './use-review-keys.js';

/** What waits for a person's decision, one after the other. */
export function ReviewsPage(): ReactElement {
  const queue = useQuery(reviewsQuery());
  const reviews = queue.data?.data;
  return (
    <Page title="Reviews" lead="What the providers left for a person to decide, newest first.">
      <ProblemNotice error={queue.error} onRetry={() => void queue.refetch()} />
      {reviews === undefined && queue.error === null && <Loading what="the queue" />}
      {reviews?.length === 0 && (
        <EmptyState title="Nothing waits for you">
          When a provider cannot decide by itself, the verification comes here. This page looks for new ones
          by itself.
        </EmptyState>
      )}
      {reviews !== undefined && reviews.length > 0 && (
        <Queue reviews={reviews} hasMore={queue.data?.nextCursor !== null} />
      )}
    </Page>
  );
}

function Queue({
  reviews,
  hasMore,
}: {
  readonly reviews: readonly Verification[];
  readonly hasMore: boolean;
}): ReactElement {
  const queries = useQueryClient();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [decision, setDecision] = useState<Decision | null>(null);
  const [isHelp, setIsHelp] = useState(false);
  const [areKeysOn, setKeysOn] = useLocalStorage({
    key: 'gatehouse-review-keys',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const found = reviews.findIndex(({ id }) => id === chosenId);
  const index = Math.max(0, found);
  const current = reviews[index];
  const go = (to: number): void => {
    setChosenId(reviews[Math.min(Math.max(to, 0), reviews.length - 1)]?.id ?? null);
  };
  useReviewKeys(
    {
      next: () => {
        go(index + 1);
      },
      previous: () => {
        go(index - 1);
      },
      approve: () => {
        setDecision('approve');
      },
      reject: () => {
        setDecision('reject');
      },
      help: () => {
        setIsHelp(true);
      },
    },
    areKeysOn,
  );
  if (current === undefined) return <Loading what="the queue" />;
  const decided = async (): Promise<void> => {
    // The one that comes after it, or before it at the end, opens by itself.
    setChosenId((reviews[index + 1] ?? reviews[index - 1])?.id ?? null);
    await refresh(queries, VERIFICATIONS_KEY);
  };
  return (
    <>
      <Group gap="xs">
        <Button
          color="green"
          onClick={() => {
            setDecision('approve');
          }}
        >
          Approve
        </Button>
        <Button
          color="red"
          onClick={() => {
            setDecision('reject');
          }}
        >
          Reject
        </Button>
        <Button
          variant="default"
          disabled={index === 0}
          onClick={() => {
            go(index - 1);
          }}
        >
          Previous
        </Button>
        <Button
          variant="default"
          disabled={index === reviews.length - 1}
          onClick={() => {
            go(index + 1);
          }}
        >
          Next
        </Button>
        <Button
          variant="default"
          onClick={() => {
            setIsHelp(true);
          }}
        >
          Keys
        </Button>
        <Text size="sm" role="status">
          {index + 1} of {reviews.length}
          {hasMore ? ' and more' : ''}
        </Text>
      </Group>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }} order={{ base: 1, md: 2 }}>
          <Current key={current.id} review={current} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }} order={{ base: 2, md: 1 }}>
          <Waiting
            reviews={reviews}
            currentId={current.id}
            onChoose={(id) => {
              setChosenId(id);
            }}
          />
        </Grid.Col>
      </Grid>
      <DecisionDialog
        verification={current}
        decision={decision}
        onClose={() => {
          setDecision(null);
        }}
        onDecided={decided}
      />
      <KeysHelp
        opened={isHelp}
        isOn={areKeysOn}
        onToggle={setKeysOn}
        onClose={() => {
          setIsHelp(false);
        }}
      />
    </>
  );
}

function Current({ review }: { readonly review: Verification }): ReactElement {
  return (
    <Stack gap="md">
      <Paper withBorder p="md" component="section" aria-labelledby="current">
        <Stack gap="md">
          <Title order={2} size="h4" id="current" style={{ overflowWrap: 'anywhere' }}>
            <TextLink to="/verifications/$verificationId" params={{ verificationId: review.id }}>
              {review.id}
            </TextLink>
          </Title>
          <VerificationFacts verification={review} />
        </Stack>
      </Paper>
      <Person verification={review} />
      <Explanation id={review.id} />
    </Stack>
  );
}

function Waiting({
  reviews,
  currentId,
  onChoose,
}: {
  readonly reviews: readonly Verification[];
  readonly currentId: string;
  readonly onChoose: (id: string) => void;
}): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const current = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The list alone: on a phone it is below what is decided on, and the page is to stay there.
    const { current: box } = list;
    const { current: item } = current;
    if (box === null || item === null) return;
    const end = item.offsetTop + item.offsetHeight - box.clientHeight;
    box.scrollTop = Math.max(end, Math.min(box.scrollTop, item.offsetTop));
  }, [currentId]);
  return (
    <Paper
      withBorder
      p="xs"
      component="section"
      aria-label="Waiting for a decision"
      mah="75dvh"
      pos="relative"
      ref={list}
      style={{ overflowY: 'auto' }}
    >
      {reviews.map(({ id, subject, provider, reasonCodes, createdAt }) => (
        <NavLink
          key={id}
          component="button"
          type="button"
          ref={id === currentId ? current : null}
          active={id === currentId}
          styles={{
            label: { color: 'var(--mantine-color-text)' },
            description: { color: 'inherit' },
            body: { color: 'var(--mantine-color-text)' },
          }}
          aria-current={id === currentId}
          onClick={() => {
            onChoose(id);
          }}
          label={subject.email ?? subject.phone ?? id}
          description={
            <>
              {provider.name} · <Moment at={createdAt} />
            </>
          }
          rightSection={
            reasonCodes[0] === undefined ? null : (
              <Badge color="gray" tt="none" radius="sm">
                {reasonCodes[0].replaceAll('_', ' ')}
              </Badge>
            )
          }
        />
      ))}
    </Paper>
  );
}
