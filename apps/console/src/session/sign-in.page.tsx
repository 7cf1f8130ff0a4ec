import { Alert, Anchor, Button, Container, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type ReactElement, useEffect, useState } from 'react';

import { ProblemNotice } from '../kit/problem-notice.js';
import { sessionQuery, signIn } from './session.js';

const route = getRouteApi('/sign-in');

/** Trades an admin key for a session. */
export function SignInPage(): ReactElement {
  const { from, ended } = route.useSearch();
  const queries = useQueryClient();
  const router = useRouter();
  const [key, setKey] = useState('');
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      setKey('');
      queries.setQueryData(sessionQuery.queryKey, session);
      // The history knows nothing of the console's own base path.
      router.history.push(`${router.basepath}${from ?? '/'}`);
    },
  });
  useEffect(() => {
    document.title = 'Sign in · Gatehouse';
  }, []);
  return (
    <Container component="main" size={440} py={{ base: 'xl', sm: 80 }}>
      <Paper withBorder p="xl" radius="md">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            entering.mutate(key.trim());
          }}
        >
          <Stack>
            <Title order={1} size="h2">
              Gatehouse console
            </Title>
            {ended === true && (
              <Alert color="orange" variant="outline" role="status" title="Your session has ended">
                Sign in again; you will be back where you were.
              </Alert>
            )}
            <PasswordInput
              label="Admin key"
              description="Begins with gk_admin_. It is traded for a session and kept nowhere in this browser."
              autoComplete="off"
              required
              value={key}
              onChange={(event) => {
                setKey(event.currentTarget.value);
              }}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the key' }}
              data-autofocus
            />
            <ProblemNotice error={entering.error} />
            <Button type="submit" loading={entering.isPending} disabled={key.trim() === ''}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              The first key is in ADMIN_API_KEY, or was printed once at the first start. Looking for the{' '}
              <Anchor href="/docs" underline="always">
                API reference
              </Anchor>
              ?
            </Text>
          </Stack>
        </form>
      </Paper>
    </Container>
  );
}
