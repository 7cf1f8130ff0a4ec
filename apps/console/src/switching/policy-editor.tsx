import { Box, Button, Grid, Group, Paper, Stack, Tabs, Text, Title } from '@mantine/core';
import { type ReactElement, useDeferredValue, useState } from 'react';

import { refusalOf, faultsIn, type Refusal } from './field-faults.js';
import { JsonDifference } from './json-difference.js';
import { draftOf, type Place, type Policy } from './policy.js';
import { PolicyClauses } from './policy-clauses.js';
import { PolicyForm } from './policy-form.js';
import { policyText } from './policy-json.js';
import { PolicyJsonField } from './policy-json-field.js';
import { isSameArrangement } from './policy-words.js';
import { PreviewPanel } from './preview-panel.js';
import { StaleNotice } from './stale-notice.js';
import { SwitchButton } from './switch-button.js';
import { useDraft } from './use-draft.js';
import { RefusalNotice } from './refusal-notice.js';
import { type Versions } from './versions.js';

export type EditorView = 'form' | 'json';

/** The policy as a form and as JSON, beside the version in force; tried, and then sent. */
export function PolicyEditor({
  place,
  versions,
  view,
  onView,
}: {
  readonly place: Place;
  readonly versions: Versions;
  readonly view: EditorView;
  readonly onView: (view: EditorView) => void;
}): ReactElement {
  const { draft, isTouched, edit, write, discard, carryOn } = useDraft(versions);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const { policy } = draft;
  const { inForce } = versions;
  const isRead = draft.fault === null && draft.errors.length === 0;
  const isCurrent = draft.basedOn === versions.accepted;
  const isChanged = inForce === null || !isSameArrangement(policy, inForce.policy);
  const refused = (error: Error, sent: Policy): void => {
    setRefusal(refusalOf(error, sent));
  };
  const done = (): void => {
    setRefusal(null);
    discard();
  };
  return (
    <Paper withBorder p="md">
      <Stack>
        <Title order={2} size="h4">
          {inForce === null ? 'Put the first policy in force' : 'Change the policy'}
        </Title>
        {isTouched && (
          <StaleNotice versions={versions} basedOn={draft.basedOn} onCarryOn={carryOn} onDiscard={done} />
        )}
        <RefusalNotice refusal={refusal} policy={policy} />
        <Grid gap="xl">
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Tabs
              value={view}
              keepMounted={false}
              onChange={(tab) => {
                if (tab === 'form' || tab === 'json') onView(tab);
              }}
            >
              <Tabs.List aria-label="How to edit the policy">
                <Tabs.Tab value="form">Form</Tabs.Tab>
                <Tabs.Tab value="json">JSON</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="form" pt="md">
                {!isRead && (
                  <Text size="sm" mb="sm" c="var(--mantine-color-error)">
                    The JSON cannot be read; this is what it said before. Mend it there, or drop your changes.
                  </Text>
                )}
                <PolicyForm
                  place={place}
                  policy={policy}
                  faultAt={faultsIn(refusal, policy)}
                  isDisabled={!isRead}
                  onChange={edit}
                />
              </Tabs.Panel>
              <Tabs.Panel value="json" pt="md">
                <PolicyJsonField draft={draft} onChange={write} />
              </Tabs.Panel>
            </Tabs>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Box pos={{ md: 'sticky' }} top={72}>
              <Stack gap="sm">
                <Title order={3} size="h5">
                  {inForce === null
                    ? 'No policy is in force'
                    : `Against version ${inForce.version}, in force`}
                </Title>
                <InForceBeside versions={versions} policy={policy} text={draft.text} view={view} />
                {inForce !== null && !isChanged && <Text size="sm">Nothing differs yet.</Text>}
                <PreviewPanel
                  place={place}
                  policy={policy}
                  isReady={isRead && policy.provider !== ''}
                  onRefused={refused}
                />
              </Stack>
            </Box>
          </Grid.Col>
        </Grid>
        <Group>
          <SwitchButton
            place={place}
            versions={versions}
            policy={policy}
            basedOn={draft.basedOn}
            isReady={isRead && isChanged && isCurrent && policy.provider !== ''}
            onSwitched={done}
            onRefused={refused}
          />
          {isTouched && (
            <Button variant="default" onClick={done}>
              Drop my changes
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

function InForceBeside({
  versions: { inForce },
  policy,
  text,
  view,
}: {
  readonly versions: Versions;
  readonly policy: Policy;
  readonly text: string;
  readonly view: EditorView;
}): ReactElement {
  // Comparing long texts takes longer than a keystroke may.
  const shown = useDeferredValue(text);
  const before = inForce === null ? null : draftOf(inForce.policy);
  switch (view) {
    case 'form':
      return <PolicyClauses label="What differs from the version in force" before={before} after={policy} />;
    case 'json':
      return (
        <JsonDifference
          label="The JSON in force, and what differs"
          before={before === null ? '' : policyText(before)}
          after={shown}
        />
      );
  }
}
