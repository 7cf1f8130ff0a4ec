import { Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';

import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { TextLink } from '../kit/text-link.js';
import { useMay } from '../session/use-session.js';
import { Explanation } from './explanation.js';
import { Person } from './person.js';
import { Timeline } from './timeline.js';
import { VerificationActions } from './verification-actions.js';
import { VerificationDeliveries } from './verification-deliveries.js';
import { VerificationFacts } from './verification-facts.js';
import { verificationQuery } from './verifications.query.js';

/** One verification: where it is, why, whom it is about, and what proves it. */
export function VerificationPage(): ReactElement {
  const { verificationId } = useParams({ from: '/signed-in/verifications/$verificationId' });
  // Everything that was shown of a person goes with the page of its verification.
  return <OneVerification key={verificationId} id={verificationId} />;
}

function OneVerification({ id }: { readonly id: string }): ReactElement {
  const may = useMay();
  const [actionError, setActionError] = useState<unknown>(null);
  const { data: verification, error, refetch } = useQuery(verificationQuery(id));
  return (
    <Page
      title="Verification"
      lead={
        <>
          <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {id}
          </Text>
          <TextLink to="/verifications">All verifications</TextLink>
        </>
      }
      actions={
        verification !== undefined && (
          <VerificationActions verification={verification} onError={setActionError} />
        )
      }
    >
      <ProblemNotice error={actionError} />
      <ProblemNotice error={error} onRetry={() => void refetch()} />
      {verification === undefined ? (
        error === null && <Loading what="the verification" />
      ) : (
        <>
          <Paper withBorder p="md">
            <VerificationFacts verification={verification} />
          </Paper>
          <Explanation id={id} />
          <Person verification={verification} />
          <Timeline id={id} />
          {may('listAllWebhookDeliveries') && <VerificationDeliveries verification={verification} />}
        </>
      )}
    </Page>
  );
}
