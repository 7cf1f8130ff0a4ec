import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { ordinaryPhone } from '../support/ordinary-phone.js';
import { PROVIDER_NAMES, type ProviderName, type VendorAccount } from '../support/vendor-accounts.js';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGateway();
});
afterAll(() => harness.close());

/** One request for every provider: callers do not change when an admin switches. */
function request(): {
  subject: { email: string; phone: string; firstName: string; lastName: string };
} & Record<string, unknown> {
  const unique = randomBytes(4).readUInt32BE(0);
  return {
    subject: {
      email: `ana.ruiz.${unique}@mail.test`,
      phone: ordinaryPhone(),
      firstName: 'Ana',
      lastName: 'Ruiz',
    },
    reference: 'user-42',
    redirectUrl: 'https://app.northwind.test/done?x=1',
    metadata: { plan: 'gold' },
  };
}

async function connected(provider: ProviderName): Promise<{ tenant: GatewayTenant; account: VendorAccount }> {
  const tenant = await harness.tenant();
  const account = await tenant.connect(provider);
  await tenant.route(provider);
  return { tenant, account };
}

/** The hosted page as the person sees it: with Dentity, the one that the text message links to. */
async function hostedPage(account: VendorAccount, created: Record<string, unknown>): Promise<string> {
  const action = created['action'] as { type: string; url?: string };
  if (action.url !== undefined) return action.url;
  const { data } = (await account.control('GET', '/messages')) as { data: { link: string }[] };
  return data[0]?.link ?? '';
}

/** Opens the page like a browser without scripts, presses one button after the other, and follows every redirect. */
async function press(pageUrl: string, labels: readonly RegExp[]): Promise<string> {
  let url = pageUrl;
  let cookie = '';
  let html = '';
  const load = async (init: RequestInit): Promise<void> => {
    for (let hops = 0; ; hops += 1) {
      const headers = new Headers(init.headers);
      headers.set('cookie', cookie);
      if (!url.startsWith('http://127.0.0.1')) return;
      const response = await fetch(url, {
        ...init,
        redirect: 'manual',
        headers,
      });
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      html = await response.text();
      const location = response.headers.get('location');
      if (location === null) return;
      url = new URL(location, url).href;
      init = {};
      if (hops > 5) throw new Error('too many redirects');
    }
  };
  await load({});
  for (const label of labels) {
    const form = formWith(html, label);
    if (form === null) throw new Error(`no button ${String(label)} on ${html}`);
    url = new URL(form.action, url).href;
    await load({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form.fields).toString(),
    });
  }
  return url;
}

function formWith(html: string, label: RegExp): { action: string; fields: [string, string][] } | null {
  for (const [form] of html.matchAll(/<form[\s\S]*?<\/form>/g)) {
    const button = [...form.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].find(([, , inner]) =>
      label.test(inner ?? ''),
    );
    if (button === undefined) continue;
    const fields = [...form.matchAll(/<input([^>]*)>/g)].map(([, attributes]): [string, string] => [
      attribute(attributes, 'name'),
      // The twin shows the one-time code on the page, since no message is sent.
      attribute(attributes, 'name') === 'code'
        ? (/<strong>(\d{6})</.exec(form)?.[1] ?? '')
        : attribute(attributes, 'value'),
    ]);
    const pressed: [string, string] = [attribute(button[1], 'name'), attribute(button[1], 'value')];
    return {
      action: attribute(/<form([^>]*)>/.exec(form)?.[1], 'action'),
      fields: [...fields, pressed].filter(([name]) => name !== ''),
    };
  }
  return null;
}

function attribute(attributes: string | undefined, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes ?? '')?.[1] ?? '';
  return value
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#x27;', "'");
}

const BUTTONS: Record<ProviderName, { approve: RegExp[]; reject: RegExp[] }> = {
  sentinel: { approve: [/approve/i], reject: [/reject/i] },
  sardine: {
    approve: [/confirm|verify|continue|next/i, /complete/i],
    reject: [/confirm|verify|continue|next/i, /decline/i],
  },
  dentity: { approve: [/pass/i], reject: [/fail/i] },
};

describe.each(PROVIDER_NAMES)('one call verifies a person at %s', (provider) => {
  it('from the create, over the hosted page, to a verified record with its history', async () => {
    const { tenant, account } = await connected(provider);
    const body = request();
    const created = required(await tenant.call('POST', '/verifications', body), 201);

    expect(created).toMatchObject({
      object: 'verification',
      environment: 'test',
      status: 'requires_input',
      reasonCodes: ['awaiting_user'],
      attempt: 1,
      provider: { name: provider },
      reference: 'user-42',
      metadata: { plan: 'gold' },
      action: { type: provider === 'dentity' ? 'sms' : 'redirect' },
      redirectUrl: 'https://app.northwind.test/done?x=1',
      completedAt: null,
      erasedAt: null,
    });
    expect(JSON.stringify(created['subject'])).not.toContain(body.subject.email);
    const id = text(created, 'id');
    expect(id).toMatch(/^ver_[0-9a-z]{26}$/);

    const end = await press(await hostedPage(account, created), BUTTONS[provider].approve);
    if (provider !== 'dentity') {
      expect(end).toBe(`https://app.northwind.test/done?x=1&verificationId=${id}`);
    }

    const verified = await eventually(async () => {
      const found = required(await tenant.call('GET', `/verifications/${id}`), 200);
      expect(found['status']).toBe('verified');
      return found;
    });
    expect(verified).toMatchObject({
      reasonCodes: [],
      provider: { name: provider, source: 'read' },
      evidence: { identity: true },
    });
    expect(verified['completedAt']).not.toBeNull();

    const identity = required(await tenant.call('GET', `/verifications/${id}/identity`), 200);
    expect(identity).toMatchObject({ verificationId: id, provider });
    expect((identity['person'] as Record<string, unknown>)['dateOfBirth']).toMatch(/^\d{4}-\d\d-\d\d$/);

    const { data } = required(await tenant.call('GET', `/verifications/${id}/events`), 200) as {
      data: Record<string, unknown>[];
    };
    expect(data.at(-1)).toMatchObject({ type: 'verification.created', version: 1 });
    expect(data.some((event) => event['version'] === verified['version'])).toBe(true);
  });

  it('and leaves a person who fails unverified', async () => {
    const { tenant, account } = await connected(provider);
    const created = required(await tenant.call('POST', '/verifications', request()), 201);
    const id = text(created, 'id');
    await press(await hostedPage(account, created), BUTTONS[provider].reject);
    const answer = await tenant.call('POST', `/verifications/${id}/refresh`);
    // A person who declines at Sardine looks like one who never came.
    expect(required(answer, 200)['status']).toBe(provider === 'sardine' ? 'requires_input' : 'rejected');
  });
});

it('switches a tenant from provider to provider with the caller’s request unchanged', async () => {
  const tenant = await harness.tenant();
  for (const provider of PROVIDER_NAMES) await tenant.connect(provider);
  const body = request();
  const served: unknown[] = [];
  for (const provider of PROVIDER_NAMES) {
    await tenant.route(provider);
    const created = required(await tenant.call('POST', '/verifications', body), 201);
    served.push((created['provider'] as Record<string, unknown>)['name']);
  }
  expect(served).toEqual(PROVIDER_NAMES);
});
