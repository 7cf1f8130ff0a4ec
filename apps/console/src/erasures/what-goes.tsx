import { List, SimpleGrid, Stack, Text } from '@mantine/core';
import { type ReactElement } from 'react';

/** What an erasure takes and what it leaves, for who is about to begin one. */
export function WhatGoes(): ReactElement {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          Goes
        </Text>
        <List size="sm">
          <List.Item>the person’s details, identity, link and reference</List.Item>
          <List.Item>kept readings, reports, and what webhooks said</List.Item>
          <List.Item>what people are searched for by</List.Item>
          <List.Item>with the person’s last verification, their key</List.Item>
        </List>
      </Stack>
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          Stays
        </Text>
        <List size="sm">
          <List.Item>status, reason codes, times, and the provider’s own reference</List.Item>
          <List.Item>the ledger, which has no personal data; receipts still verify</List.Item>
          <List.Item>that it was erased, and the signed certificate</List.Item>
          <List.Item>what providers hold, until you have asked them</List.Item>
        </List>
      </Stack>
    </SimpleGrid>
  );
}
