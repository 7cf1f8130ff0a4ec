import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';

import { api, dataOf, type Schemas } from '../../api/client.js';
import { refresh } from '../../api/live.js';
import { ConfirmButton } from '../../kit/confirm-button.js';
import { OverlapSelect, USUAL_OVERLAP } from '../overlap-select.js';

/** A new key in place of an old one, which goes on working for a while. */
export function RotateKeyButton({
  tenantId,
  apiKey,
  onRotated,
}: {
  readonly tenantId: string;
  readonly apiKey: Schemas['ApiKey'];
  readonly onRotated: (key: string) => void;
}): ReactElement {
  const queries = useQueryClient();
  const [overlapSeconds, setOverlapSeconds] = useState(USUAL_OVERLAP);
  return (
    <ConfirmButton
      label="Rotate"
      title={`Rotate “${apiKey.name}”, which ends in ${apiKey.hint}?`}
      confirmLabel="Make a new key"
      size="compact-sm"
      onConfirm={async () => {
        const { key } = await dataOf(
          api.POST('/admin/v1/tenants/{id}/api-keys/{keyId}/rotate', {
            params: { path: { id: tenantId, keyId: apiKey.id } },
            body: { overlapSeconds },
          }),
        );
        onRotated(key);
        await refresh(queries, ['tenant', tenantId]);
      }}
    >
      <Text size="sm">
        There will be a new key with the same name, environment and scopes, shown once. Put it into the
        backend before the old one ends.
      </Text>
      <OverlapSelect
        label="The old key goes on working"
        description="Then it is refused, for good."
        value={overlapSeconds}
        onChange={setOverlapSeconds}
      />
    </ConfirmButton>
  );
}
