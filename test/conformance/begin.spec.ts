import { capabilitiesOf } from '@gatehouse/contract';
import { EVERY_PROVIDER } from '@gatehouse/providers';
import { expect, it } from '@jest/globals';

import { visit, walkThrough } from '../support/conformance/browser.js';
import { HARNESSES, NEWCOMERS } from '../support/conformance/harnesses.js';
import { DAY_SECONDS } from '../support/conformance/harness.js';
import { linkOf, outcomeOf, presentReading, WAITING } from '../support/conformance/readings.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { eventually, present } from '../support/eventually.js';

const suite = await openSuite();

it('has a harness for every registered provider, and for no other', () => {
  const known = [...HARNESSES, ...NEWCOMERS.map(({ harness }) => harness)].map(({ provider }) => provider);
  expect(known.toSorted()).toEqual(suite.registered.toSorted());
  expect(HARNESSES).toHaveLength(EVERY_PROVIDER.length);
});

describeProviders(suite, ({ provider, harness, open, capability }) => {
  capability('interface', {
    offered() {
      it('has the members that make up what it can do, and no others', () => {
        expect(capabilitiesOf(provider).toSorted()).toEqual(harness.capabilities.toSorted());
        expect(provider.webhookMethods !== undefined).toBe(provider.receive !== undefined);
      });

      it('calls no address but those in its settings', async () => {
        const at = await open();
        const { settings } = at.connection();
        const [first, ...others] = provider.endpoints(settings);
        expect(first).toBe(at.vendor.twin.baseUrl);
        for (const other of others) expect(JSON.stringify(settings)).toContain(`"${new URL(other).host}"`);
      });

      it('begins with something for the person to do and a handle that the adapter takes back', async () => {
        const at = await open();
        const { action, handle, reference } = await at.start();
        expect(action.type).toBe(provider.supports.redirect ? 'redirect' : 'sms');
        expect(at.stored(handle)).toEqual(handle);
        const remembered = JSON.stringify([handle, reference, action]);
        expect(at.vendor.secrets.filter((secret) => remembered.includes(secret))).toEqual([]);
      });

      it('is not verified before the person did anything', async () => {
        const at = await open();
        const { handle } = await at.start();
        expect(WAITING).toContain(outcomeOf(await at.read(handle)));
      });

      if (provider.resume !== undefined)
        it('ends, when a start is resumed, as the first would have, and doubles nothing', async () => {
          const at = await open();
          await at.start();
          const { handle } = await at.resume();
          await at.vendor.approve();
          expect(outcomeOf(await at.read(handle))).toBe('verified');
          expect(await at.vendor.countAtVendor()).toBe(1);
        });
    },
  });

  capability('hosted_page', {
    offered() {
      it('gives a page that opens', async () => {
        const at = await open();
        const { action } = await at.start();
        expect((await visit(linkOf(action))).status).toBe(200);
      });

      it('gives another that opens, after the first was used, and leads to the same verification', async () => {
        const at = await open();
        const first = await at.start();
        expect((await visit(linkOf(first.action))).status).toBe(200);
        const renewed = await at.renewLink(first.handle);
        expect(renewed.action).not.toEqual(first.action);
        expect((await visit(linkOf(renewed.action))).status).toBe(200);
        await at.vendor.approve();
        expect(outcomeOf(await at.read(renewed.handle))).toBe('verified');
        expect(await at.vendor.countAtVendor()).toBe(1);
      });

      it('does not forget, with another link, what the person did before', async () => {
        const at = await open();
        const { handle } = await at.verified();
        await at.vendor.twin.advanceClock(DAY_SECONDS);
        const renewed = await at.renewLink(handle);
        expect(outcomeOf(await at.read(renewed.handle))).toBe('verified');
      });
    },
    notOffered() {
      it('gives nothing to open', async () => {
        const at = await open();
        expect((await at.start()).action.type).not.toBe('redirect');
        expect(provider.supports.redirect).toBe(false);
        expect(capabilitiesOf(provider)).not.toContain('renewLink');
      });
    },
  });

  capability('sms_delivery', {
    offered() {
      it("texts the person the link in the caller's words", async () => {
        const at = await open();
        const started = await at.start({ message: 'Northwind asks who you are: {{link}} Thank you.' });
        const { phone } = at.vendor.request.subject;
        expect(started).toMatchObject({ delivery: 'sms', action: { type: 'sms', to: phone } });
        expect(await at.vendor.texts?.()).toEqual([
          expect.objectContaining({
            to: phone,
            text: expect.stringMatching(/^Northwind asks who you are: http\S+ Thank you\.$/u),
          }),
        ]);
      });

      it('sends no words that have no place for the link', async () => {
        const at = await open();
        const error = await at.failure(at.start({ message: 'Hello' }));
        expect(error).toMatchObject({ fault: 'invalid_request', effect: 'none' });
        expect(await at.vendor.countAtVendor()).toBe(0);
      });
    },
    notOffered() {
      it('sends nothing to the person', async () => {
        const at = await open();
        expect(await at.start()).toMatchObject({ delivery: null });
        expect(provider.supports.message).toBe(false);
      });
    },
  });

  capability('iframe', {
    offered() {
      it('opens its page without forbidding frames', async () => {
        const at = await open();
        const { headers } = await visit(linkOf((await at.start()).action));
        expect(headers.get('x-frame-options')).toBeNull();
        expect(headers.get('content-security-policy') ?? '').not.toMatch(/frame-ancestors/u);
      });
    },
  });

  capability('return_address', {
    offered() {
      it('sends a browser that is done back to this verification', async () => {
        const at = await open();
        const { action, handle } = await at.start();
        const { pass } = present(harness.forms, 'form');
        expect(await walkThrough(linkOf(action), pass)).toBe(at.vendor.request.returnUrl('success'));
        expect(outcomeOf(await at.read(handle))).toBe('verified');
      });

      const review = harness.forms?.review;
      if (review !== undefined)
        it('sends a browser whose person needs a human to the address for that', async () => {
          const at = await open();
          const { action, handle } = await at.start();
          expect(await walkThrough(linkOf(action), review)).toBe(at.vendor.request.returnUrl('review'));
          expect(outcomeOf(await at.read(handle))).not.toBe('verified');
        });
    },
    notOffered() {
      it('is told of no address to return to', async () => {
        const at = await open();
        await at.start();
        const told = (await at.vendor.twin.requestsTo('/')).map(({ body }) => body).join('');
        expect(told).not.toContain('/return/');
      });
    },
  });

  capability('scope', {
    offered() {
      it('asks the person for no more than was wanted', async () => {
        const at = await open();
        const { request, documents } = present(harness.limited, 'limit');
        const { handle } = await at.start(request);
        await at.vendor.approve();
        const { observation, identity } = presentReading(await at.read(handle));
        expect(observation.verdict).toBe('verified');
        expect(identity?.documents.map(({ type }) => type)).toEqual(documents);
      });
    },
    notOffered() {
      it('lets nobody choose', () => {
        expect(provider.supports.documentTypes).toEqual([]);
      });
    },
  });

  capability('echo', {
    offered() {
      it('names our verification in its webhook', async () => {
        const at = await open();
        await at.verified();
        const { signal } = await eventually(() => at.arrivedVerdict('verified'));
        expect(signal.correlation.verificationId).toBe(at.vendor.request.verificationId);
      });
    },
    notOffered() {
      it('is not told our name for it', async () => {
        const at = await open();
        await at.start();
        const told = (await at.vendor.twin.requestsTo('/')).map(({ body }) => body).join('');
        expect(told).not.toContain(at.vendor.request.verificationId);
      });
    },
  });

  capability('idempotency_key', {
    offered() {
      it('begins once, however often the same start arrives', async () => {
        const at = await open();
        const [first, second] = await Promise.all([at.start(), at.start()]);
        expect(second.reference).toBe(first.reference);
        expect(await at.vendor.countAtVendor()).toBe(1);
      });
    },
  });
});
