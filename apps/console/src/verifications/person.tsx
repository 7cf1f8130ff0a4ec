import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf } from '../api/client.js';
import { refresh } from '../api/live.js';
import { Facts } from '../kit/facts.js';
import { useMay } from '../session/use-session.js';
import { IdentityFacts } from './identity-facts.js';
import { Images, type ShownImages } from './images.js';
import { type Reason, ReasonDialog } from './reason-dialog.js';
import { type Identity, type Verification, VERIFICATIONS_KEY } from './verifications.query.js';

type Asked = 'identity' | 'images';

/**
 * The person, masked until somebody says why not. What is shown is in the state of this component and nowhere else: it goes with a
 * click, and with the page.
 */
export function Person({ verification }: { readonly verification: Verification }): ReactElement {
  const may = useMay();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>('identity');
  const [isAsking, setIsAsking] = useState(false);
  const [identity, setIdentity] = useState<Identity | null>(null);
  const [images, setImages] = useState<ShownImages | null>(null);
  const { id, subject, evidence, status } = verification;
  const path = { id };
  const reveal = async (reason: Reason): Promise<void> => {
    if (asked === 'identity') {
      const call = api.POST('/admin/v1/verifications/{id}/identity', { params: { path }, body: reason });
      setIdentity(await dataOf(call));
    } else {
      const call = api.POST('/admin/v1/verifications/{id}/images', { params: { path }, body: reason });
      setImages({ reason, images: (await dataOf(call)).data });
    }
    // The view is in the timeline now.
    await refresh(queries, [...VERIFICATIONS_KEY, 'events', id]);
  };
  const ask = (what: Asked): void => {
    setAsked(what);
    setIsAsking(true);
  };
  const isErased = verification.erasedAt !== null;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="person">
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Title order={2} size="h4" id="person">
            Person
          </Title>
          {(identity !== null || images !== null) && (
            <Button
              color="red"
              onClick={() => {
                setIdentity(null);
                setImages(null);
              }}
            >
              Hide
            </Button>
          )}
        </Group>
        {isErased ? (
          <Text size="sm">
            The person’s data has been erased. What proves the verification is still there.
          </Text>
        ) : (
          <Facts
            facts={[
              ['E-mail', subject.email],
              ['Phone', subject.phone],
            ]}
          />
        )}
        {identity !== null && <IdentityFacts identity={identity} />}
        {images !== null && <Images verificationId={id} shown={images} />}
        {!isErased && (
          <Group gap="xs">
            {may('viewAnyIdentity') && evidence.identity && identity === null && (
              <Button
                variant="default"
                onClick={() => {
                  ask('identity');
                }}
              >
                Show the identity
              </Button>
            )}
            {may('viewAnyImages') && evidence.images > 0 && images === null && (
              <Button
                variant="default"
                onClick={() => {
                  ask('images');
                }}
              >
                Show the images
              </Button>
            )}
            {may('viewAnyIdentity') && !evidence.identity && evidence.images === 0 && (
              <Text size="sm" c="dimmed">
                The provider has told nothing of the person yet.
              </Text>
            )}
          </Group>
        )}
      </Stack>
      <ReasonDialog
        what={asked === 'identity' ? 'Show the identity' : 'Show the images'}
        opened={isAsking}
        suggested={status === 'needs_review' ? 'review' : null}
        onClose={() => {
          setIsAsking(false);
        }}
        onReason={reveal}
      />
    </Paper>
  );
}
