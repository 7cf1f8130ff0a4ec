export interface GreetingFacts {
  readonly gateway: string;
  readonly simulator: string;
  readonly tenantId: string;
  readonly tenantKey: string;
  readonly adminKey: string;
  readonly provider: string;
}

/** One person for everybody: with an e-mail and a phone, each of the three providers can serve the same request. */
const REQUEST = JSON.stringify({
  subject: { email: 'ana.ruiz@mail.test', phone: '+14155550188', firstName: 'Ana', lastName: 'Ruiz' },
  reference: 'user-42',
});

/** What `npm start` prints once all is up. Every command works as it is. */
export function greeting(facts: GreetingFacts): string {
  const { gateway, simulator, tenantId, tenantKey, adminKey } = facts;
  return `
Gatehouse is ready.

  Console        ${gateway}/console       sign in with the admin key below
  API            ${gateway}/v1            reference: ${gateway}/docs
  Twins          ${simulator}             Sentinel, Sardine and Dentity on this machine
  Text messages  ${simulator}/dentity/outbox
  Control page   ${simulator}/control     their people, faults and clocks
  Tenant key     ${tenantKey}
  Admin key      ${adminKey}

1. Verify somebody. New verifications go to ${facts.provider}:

curl -s ${gateway}/v1/verifications -H 'Authorization: Bearer ${tenantKey}' -H 'Content-Type: application/json' -d '${REQUEST}'

2. Open the "url" of the answer's "action" (with Dentity: the link in the text messages) and press a button.

3. Look at it by the "id" of the answer, or at the newest ones:

curl -s '${gateway}/v1/verifications?limit=1' -H 'Authorization: Bearer ${tenantKey}'

4. Switch the provider in the console, or here to sentinel, sardine or dentity, and send the first request again as it is:

curl -s -X PUT '${gateway}/admin/v1/tenants/${tenantId}/routing?environment=test' -H 'Authorization: Bearer ${adminKey}' -H 'Content-Type: application/json' -d '{"provider":"sardine"}'

Ctrl-C stops everything; the data stays.
`;
}
