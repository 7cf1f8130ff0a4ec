import {
  AppShell,
  Burger,
  Button,
  Group,
  Menu,
  Modal,
  NavLink,
  ScrollArea,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useMatches, useNavigate } from '@tanstack/react-router';
import { type ReactElement, Suspense, useEffect } from 'react';

import { Loading } from '../kit/loading.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';
import { Told } from '../kit/told.js';
import { may, signOut, signOutEverywhere } from '../session/session.js';
import { useSession } from '../session/use-session.js';
import { NAVIGATION } from './navigation.js';

/** What surrounds every page: where one can go, who one is, and the way out. */
export function Shell(): ReactElement {
  const session = useSession();
  const [opened, { toggle, close }] = useDisclosure(false);
  const matches = useMatches();
  const here = matches.at(-1);
  const needs = here?.staticData.needs;
  useEffect(close, [here?.pathname, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#content" className="skip-link">
        Skip to the content
      </a>
      <Told />
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
              aria-expanded={opened}
            />
            <Text fw={700}>Gatehouse</Text>
          </Group>
          <Account />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label="Pages">
        <AppShell.Section grow component={ScrollArea} p="xs">
          {NAVIGATION.filter((entry) => may(session, entry.needs)).map((entry) => (
            <NavLink
              key={entry.to}
              label={entry.label}
              component={Link}
              to={entry.to}
              activeOptions={{ exact: entry.to === '/' }}
              active={isWithin(here?.pathname, entry.to)}
            />
          ))}
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          {needs === undefined || may(session, needs) ? (
            <Outlet />
          ) : (
            <Page title="This page is not for your role">
              <Text>
                Your key has the role {session.role}. Choose a page from the navigation, or ask an operator
                with the role admin.
              </Text>
            </Page>
          )}
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

function isWithin(path: string | undefined, to: string): boolean {
  if (path === undefined) return false;
  return to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
}

const SCHEMES = { auto: 'as the system', light: 'light', dark: 'dark' } as const;

function Account(): ReactElement {
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = useMutation({
    mutationFn: (end: () => Promise<void>) => end(),
    onSuccess: async () => {
      queries.clear();
      await navigate({ to: '/sign-in', search: {} });
    },
  });
  return (
    <>
      <Menu position="bottom-end" width={260} withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" size="sm" maw={220}>
            <Text span truncate size="sm">
              {session.name} · {session.role}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.RadioGroup
            value={colorScheme}
            onChange={(scheme) => {
              setColorScheme(scheme as keyof typeof SCHEMES);
            }}
          >
            {(['auto', 'light', 'dark'] as const).map((scheme) => (
              <Menu.RadioItem key={scheme} value={scheme}>
                Colours: {SCHEMES[scheme]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider role="separator" />
          <Menu.Item
            onClick={() => {
              leave.mutate(signOut);
            }}
          >
            Sign out
          </Menu.Item>
          <Menu.Item
            onClick={() => {
              leave.mutate(signOutEverywhere);
            }}
          >
            Sign out everywhere
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={leave.isError} onClose={leave.reset} title="You are still signed in" centered>
        <ProblemNotice error={leave.error} />
      </Modal>
    </>
  );
}
