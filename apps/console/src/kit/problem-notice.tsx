import { Alert, Anchor, Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { type ReactElement } from 'react';

import { type Problem, ProblemError, remedyOf, UNREACHABLE } from '../api/problem.js';
import { Holders } from './holders.js';

/** What went wrong, under which code and request id, and what to do about it. Nothing for no error. */
export function ProblemNotice({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}): ReactElement | null {
  if (error === null || error === undefined) return null;
  const problem = problemIn(error);
  return (
    <Alert color="red" variant="outline" title={problem.title} role="alert" my="sm">
      <Stack gap="xs">
        <Text size="sm">{problem.detail}</Text>
        {problem.errors.length > 0 && (
          <List size="sm">
            {problem.errors.map(({ pointer, detail }) => (
              <List.Item key={pointer + detail}>
                <Code>{pointer === '' ? 'the body' : pointer}</Code> {detail}
              </List.Item>
            ))}
          </List>
        )}
        {problem.heldBy !== null && <Holders heldBy={problem.heldBy} />}
        <Text size="sm" fw={600}>
          {remedyOf(problem)}
        </Text>
        <Group gap="md">
          <Text size="sm">
            Code{' '}
            {problem.type === null ? (
              <Code>{problem.code}</Code>
            ) : (
              <Anchor href={problem.type} target="_blank" rel="noreferrer" size="sm" underline="always">
                {problem.code}
              </Anchor>
            )}
          </Text>
          {problem.requestId !== null && (
            <Text size="sm">
              Request <Code>{problem.requestId}</Code>
            </Text>
          )}
          {onRetry !== undefined && (
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

function problemIn(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    ...UNREACHABLE,
    title: 'The console made a mistake',
    detail: error instanceof Error ? error.message : 'Something unexpected happened.',
    code: 'console_error',
  };
}
