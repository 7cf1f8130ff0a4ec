import { Stack, Text, Title } from '@mantine/core';
import { type ReactElement, type ReactNode } from 'react';

import { Facts } from '../kit/facts.js';
import { type Identity } from './verifications.query.js';

/** Everything that the provider told of a person. */
export function IdentityFacts({ identity }: { readonly identity: Identity }): ReactElement {
  const { person, documents, liveness, risk } = identity;
  const { address } = person;
  return (
    <Stack gap="md">
      <Facts
        facts={[
          ['First name', person.firstName],
          ['Last name', person.lastName],
          ['Full name', person.fullName],
          ['Born', person.dateOfBirth],
          ['Gender', person.gender],
          ['Nationality', person.nationality],
          ['E-mail, verified', person.email],
          ['Phone, verified', person.phone],
          ['Address', address === null ? null : lineOf(address)],
          ['Liveness', passed(liveness.passed)],
          ['Risk', risk.level],
        ]}
      />
      {documents.map((document, index) => (
        <section key={document.id ?? index} aria-label={`Document ${index + 1}`}>
          <Title order={3} size="h5" mb="xs">
            {document.type.replaceAll('_', ' ')}
          </Title>
          <Facts
            facts={[
              ['Number', document.number],
              ['Issued', document.issuedOn],
              ['Expires', document.expiresOn],
              ['Issuing country', document.issuingCountry],
              ['Authority', document.issuingAuthority],
              ['Face matches', passed(document.checks.faceMatch.passed)],
              ...Object.entries(document.ocr).map(([name, value]): [string, ReactNode] => [
                `Read: ${name}`,
                value,
              ]),
            ]}
          />
        </section>
      ))}
      {documents.length === 0 && <Text size="sm">The provider told of no document.</Text>}
    </Stack>
  );
}

function passed(value: boolean | null): string | null {
  if (value === null) return null;
  return value ? 'passed' : 'failed';
}

function lineOf(address: object): string {
  return Object.values(address)
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
}
