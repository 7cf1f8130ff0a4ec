import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { type ReactElement, useEffect, useId, useRef } from 'react';

import { type FaultAt } from './field-faults.js';
import { MoveButtons } from './move-buttons.js';
import { moved, type Place } from './policy.js';
import { ProviderSelect } from './provider-select.js';
import { useProviderTitle } from './use-provider-title.js';

/** Who is asked next, in this order. */
export function FallbackFields({
  place,
  fallback,
  faultAt,
  onChange,
}: {
  readonly place: Place;
  readonly fallback: readonly string[];
  readonly faultAt: FaultAt;
  readonly onChange: (fallback: string[]) => void;
}): ReactElement {
  const id = useId();
  const title = useProviderTitle();
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current !== null) document.getElementById(wanted.current)?.focus();
    wanted.current = null;
  });
  return (
    <Stack gap="xs" role="group" aria-labelledby={`${id}-title`}>
      <Text id={`${id}-title`} size="sm" fw={600} tabIndex={-1}>
        Fallback
      </Text>
      {fallback.length > 0 && (
        <Stack component="ol" gap={4} m={0} p={0} style={{ listStyle: 'none' }}>
          {fallback.map((provider, index) => (
            <Group key={provider} component="li" gap={4} wrap="nowrap">
              <Text size="sm" flex={1}>
                {index + 1}. {title(provider)}
              </Text>
              <MoveButtons
                id={`${id}-${provider}`}
                labels={{ up: `Ask ${title(provider)} earlier`, down: `Ask ${title(provider)} later` }}
                index={index}
                count={fallback.length}
                onMove={(to) => {
                  wanted.current = `${id}-${provider}-${to < index ? 'up' : 'down'}`;
                  onChange(moved(fallback, index, to));
                }}
              />
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={`Do not ask ${title(provider)}`}
                onClick={() => {
                  wanted.current = `${id}-title`;
                  onChange(fallback.filter((other) => other !== provider));
                }}
              >
                ✕
              </ActionIcon>
            </Group>
          ))}
        </Stack>
      )}
      <ProviderSelect
        place={place}
        label="Add to the fallback"
        description="Asked in this order where a provider is away, cannot do what was asked, or fails before it reached the person"
        placeholder="Choose who is asked next"
        value=""
        except={fallback}
        onChange={(provider) => {
          onChange([...fallback, provider]);
        }}
        error={faultAt('/fallback')}
      />
    </Stack>
  );
}
