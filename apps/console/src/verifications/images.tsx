import './images.css';

import { Box, Modal, SimpleGrid, Text } from '@mantine/core';
import { type ReactElement, useEffect, useState } from 'react';

import { send } from '../api/client.js';
import { Loading } from '../kit/loading.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { type Reason } from './reason-dialog.js';
import { type Image } from './verifications.query.js';

export interface ShownImages {
  readonly reason: Reason;
  readonly images: readonly Image[];
}

/** Images as the provider gives them. Their bytes are in this page alone, for as long as it shows them. */
export function Images({
  verificationId,
  shown,
}: {
  readonly verificationId: string;
  readonly shown: ShownImages;
}): ReactElement {
  const { images, reason } = shown;
  if (images.length === 0) return <Text size="sm">The provider has no images.</Text>;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="md">
      {images.map((image) => (
        <OneImage key={image.id} verificationId={verificationId} image={image} reason={reason} />
      ))}
    </SimpleGrid>
  );
}

function OneImage({
  verificationId,
  image,
  reason,
}: {
  readonly verificationId: string;
  readonly image: Image;
  readonly reason: Reason;
}): ReactElement {
  const [isWhole, setIsWhole] = useState(false);
  const { url, error } = useImage(verificationId, image.id, reason);
  const name = image.kind.replaceAll('_', ' ');
  return (
    <Box component="figure" m={0}>
      <ProblemNotice error={error} />
      {url === null && error === null && <Loading what={name} />}
      {url !== null && (
        <>
          <button
            type="button"
            className="person-image"
            aria-label={`Enlarge: ${name}`}
            onClick={() => {
              setIsWhole(true);
            }}
          >
            <img src={url} alt="" />
          </button>
          <Modal
            opened={isWhole}
            onClose={() => {
              setIsWhole(false);
            }}
            title={name}
            size="90vw"
            centered
          >
            <img src={url} alt={name} className="person-image-whole" />
          </Modal>
        </>
      )}
      <Text component="figcaption" size="sm" mt={4}>
        {name}
      </Text>
    </Box>
  );
}

/** The address of an image's bytes in this browser, as long as it is shown. Each look is recorded, so it is asked for once. */
function useImage(
  verificationId: string,
  imageId: string,
  reason: Reason,
): { readonly url: string | null; readonly error: unknown } {
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const departure = new AbortController();
    let made: string | null = null;
    const load = async (): Promise<void> => {
      const answer = await send(`/admin/v1/verifications/${verificationId}/images/${imageId}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(reason),
        signal: departure.signal,
      });
      const bytes = await answer.blob();
      if (departure.signal.aborted) return;
      made = URL.createObjectURL(bytes);
      setUrl(made);
    };
    load().catch((failure: unknown) => {
      if (!departure.signal.aborted) setError(failure);
    });
    return () => {
      departure.abort();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [verificationId, imageId, reason]);
  return { url, error };
}
