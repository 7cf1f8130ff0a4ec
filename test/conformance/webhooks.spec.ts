import { capabilitiesOf } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { outcomeOf, presentReading } from '../support/conformance/readings.js';
import { complaintsAbout, observationShape } from '../support/conformance/shapes.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { eventually, present } from '../support/eventually.js';

describeProviders(await openSuite(), ({ provider, harness, open, capability }) => {
  capability('webhooks', {
    offered() {
      it('are taken as the vendor sends them, with what they say of the verdict', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const { signal, webhook } = await eventually(() => at.arrivedVerdict('verified'));
        expect(provider.webhookMethods).toContain(webhook.method);
        expect(complaintsAbout(observationShape, signal.observation)).toEqual([]);
        const reading = presentReading(await at.read({ ...handle, ...signal.handlePatch }));
        expect(reading).toMatchObject({
          reference: signal.reference,
          observation: { verdict: 'verified', rawStatus: signal.observation.rawStatus },
        });
      });

      it('name their verification in a way that we knew before they came', async () => {
        const at = await open();
        const started = await at.verified();
        const { signal } = await eventually(() => at.arrivedVerdict('verified'));
        const { verificationId, reference, emails, phones } = signal.correlation;
        const { email, phone } = at.vendor.request.subject;
        const ways = {
          id: verificationId === at.vendor.request.verificationId,
          reference: reference !== null && reference === started.reference,
          contact: emails.some((each) => each === email) || phones.some((each) => each === phone),
        };
        expect(Object.values(ways)).toContain(true);
      });

      if (provider.resume === undefined)
        it('are enough to find a verification whose start never answered', async () => {
          const at = await open();
          await at.vendor.loseAnswerOfStart();
          await at.failure(at.start());
          await at.vendor.approve();
          const { signal } = await eventually(() => at.arrivedVerdict('verified'));
          expect(signal.correlation.verificationId).toBe(at.vendor.request.verificationId);
          expect(outcomeOf(await at.read(signal.handlePatch))).toBe('verified');
        });

      it('leave evidence without a secret, an image or the address of one', async () => {
        const at = await open();
        await at.verified();
        const { signal, webhook } = await eventually(() => at.arrivedVerdict('verified'));
        const { sensitive } = present(at.vendor.webhooks, 'webhook');
        const sent = Buffer.from(webhook.body).toString();
        const kept = JSON.stringify(signal.evidence);
        expect(sensitive.filter((pattern) => !pattern.test(sent))).toEqual([]);
        expect(sensitive.filter((pattern) => pattern.test(kept))).toEqual([]);
        // Links to images are passed on and never kept.
        const stored = JSON.stringify({ ...signal, imageLinks: [] });
        expect(at.vendor.secrets.filter((secret) => stored.includes(secret))).toEqual([]);
        expect(kept).not.toMatch(/data:image/u);
        expect(kept).toContain(present(signal.reference, 'reference'));
      });
    },
    notOffered() {
      it('are not expected', () => {
        expect(provider.webhookMethods).toBeUndefined();
        expect(capabilitiesOf(provider)).not.toContain('receive');
      });
    },
  });

  capability('webhook_registration', {
    offered() {
      if (!harness.capabilities.includes('registerWebhook'))
        it('is done with each start', async () => {
          const at = await open();
          await at.verified();
          const { webhook } = await eventually(() => at.arrivedVerdict('verified'));
          expect(at.arrived()).toContain(webhook);
          const [start] = await at.vendor.twin.requestsTo('/');
          expect(start?.body).toContain(at.webhookUrl);
        });
      else
        it('makes webhooks come, which did not before', async () => {
          const at = await open();
          await at.vendor.forgetWebhookUrl?.();
          const { handle } = await at.verified();
          expect(outcomeOf(await at.read(handle))).toBe('verified');
          expect(await at.vendor.twin.fatesOfWebhooks()).toEqual([]);
          await at.registerWebhook();
          await beVerifiedAgain(at);
          await eventually(() => at.arrivedVerdict('verified'));
        });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(capabilitiesOf(provider)).not.toContain('registerWebhook');
      });
    },
  });

  capability('delivery_events', {
    offered() {
      it('say how far the text has come, and nothing of the verdict', async () => {
        const at = await open();
        await at.start();
        await eventually(() => {
          expect(deliveries(at)).toContainEqual(
            expect.objectContaining({ channel: 'sms', state: 'delivered' }),
          );
        });
        expect(at.signals().map(({ observation }) => observation.verdict)).not.toContain('verified');
      });

      it('say that the person cannot be reached', async () => {
        const at = await open();
        await at.start();
        await at.vendor.deliver?.('sms', 'failed');
        await eventually(() => {
          expect(deliveries(at)).toContainEqual(expect.objectContaining({ channel: 'sms', state: 'failed' }));
        });
        const reasons = at.signals().flatMap(({ observation }) => observation.reasonCodes);
        expect(reasons).toContain('contact_unreachable');
      });
    },
  });

  capability('email_delivery', {
    offered() {
      it('is reported, in the order in which it went', async () => {
        const at = await open();
        await at.start();
        await at.vendor.deliver?.('email', 'delivered');
        await at.vendor.deliver?.('email', 'failed');
        const history = await eventually(() => {
          const latest = at
            .signals()
            .map(({ observation }) =>
              observation.delivery.filter(({ channel }) => channel === 'email').map(({ state }) => state),
            );
          return present(
            latest.find((states) => states.includes('bounced')),
            'e-mail that bounced',
          );
        });
        expect(history.slice(-2)).toEqual(['delivered', 'bounced']);
      });
    },
  });

  capability('expiry_warning', {
    offered() {
      if (harness.documented.capabilities.expiry_warning.state === 'documented')
        it('comes by itself, names the document, and changes nothing else', async () => {
          const at = await open();
          const { handle } = await at.verified();
          await at.vendor.warnOfExpiry?.();
          const warning = await eventually(() =>
            present(
              at.signals().find(({ observation }) => observation.validity?.state === 'expiring'),
              'warning',
            ),
          );
          expect(warning.observation).toMatchObject({
            verdict: null,
            validity: { documents: ['passport'] },
            reasonCodes: ['document_expiring'],
          });
          expect(outcomeOf(await at.read(handle))).toBe('verified');
        });
      else
        it('is computed from the date, and changes nothing else', async () => {
          const at = await open();
          const { handle } = await at.verified();
          const before = presentReading(await at.read(handle)).observation;
          await at.vendor.warnOfExpiry?.();
          const after = presentReading(await at.read(handle)).observation;
          expect(after.verdict).toBe(before.verdict);
          expect([before.validity?.state, after.validity?.state]).toEqual([
            'valid',
            expect.stringMatching(/^(?:expiring|expired)$/u),
          ]);
          expect(after.reasonCodes).toEqual([`document_${after.validity?.state ?? ''}`]);
        });
    },
  });

  capability('replay_protection', {
    notOffered() {
      if (provider.receive === undefined) return;
      it('is made up for by the key that a replay has in common with what it repeats', async () => {
        const at = await open();
        await at.verified();
        const { webhook, signal } = await eventually(() => at.arrivedVerdict('verified'));
        expect(at.receive(webhook).dedupKey).toBe(signal.dedupKey);
      });
    },
  });

  async function beVerifiedAgain(at: ProviderAtTwin): Promise<void> {
    await at.start({ verificationId: `${at.vendor.request.verificationId}2` });
    await at.vendor.approve();
  }
});

function deliveries(at: ProviderAtTwin): readonly unknown[] {
  return at.signals().flatMap(({ observation }) => observation.delivery);
}
