import { type RawWebhook } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { refusalOf } from '../support/conformance/failures.js';
import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { outcomeOf } from '../support/conformance/readings.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { eventually, present } from '../support/eventually.js';

const GARBAGE: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.from('')],
  ['no JSON', Buffer.from('<html></html>')],
  ['half of a body', Buffer.from('{"_id": "1", "passphrase": ')],
  ['a number', Buffer.from('1')],
  ['null', Buffer.from('null')],
  ['a list', Buffer.from('[[[[]]]]')],
  ['a depth without end', Buffer.from('['.repeat(200_000))],
  ['bytes that are no text', Buffer.from([0x22, 0xff, 0xfe, 0x00, 0x22])],
  ['a member that every object has', Buffer.from('{"__proto__": {"passphrase": "x"}}')],
];

describeProviders(await openSuite(), ({ provider, open, fault }) => {
  fault('webhook_lost', () => {
    it('finds the result by reading', async () => {
      const at = await open();
      await at.vendor.twin.plan({ on: 'webhook', kind: 'lost', times: null });
      const { handle } = await at.verified();
      expect(outcomeOf(await at.read(handle))).toBe('verified');
      expect(new Set(await at.vendor.twin.fatesOfWebhooks())).toEqual(new Set(['lost']));
      expect(at.arrived()).toEqual([]);
    });
  });

  fault('webhook_twice', () => {
    it('gives both the same key, and another to what says something else', async () => {
      const at = await open();
      await at.vendor.twin.plan({ on: 'webhook', kind: 'twice', times: null });
      await at.verified();
      const keys = await eventually(() => {
        at.arrivedVerdict('verified');
        const arrived = at.signals().map(({ dedupKey }) => dedupKey);
        expect(arrived.length).toBeGreaterThanOrEqual(4);
        expect(arrived.length % 2).toBe(0);
        return arrived;
      });
      expect(keys.filter((key) => keys.filter((other) => other === key).length !== 2)).toEqual([]);
    });
  });

  fault('webhook_reordered', () => {
    it('ends with the last verdict all the same', async () => {
      const at = await open();
      await at.vendor.twin.plan({ on: 'webhook', kind: 'reordered' });
      const { handle } = await at.verified();
      const signals = await eventually(async () => {
        at.arrivedVerdict('verified');
        const fates = await at.vendor.twin.fatesOfWebhooks();
        expect(fates.length).toBeGreaterThanOrEqual(2);
        expect(new Set(fates)).toEqual(new Set(['answered']));
        return at.signals();
      });
      const remembered = signals.reduce((merged, { handlePatch }) => ({ ...merged, ...handlePatch }), handle);
      expect(outcomeOf(await at.read(remembered))).toBe('verified');
    });
  });

  fault('webhook_forged', () => {
    it('refuses it when anything of its proof is missing or wrong', async () => {
      const at = await open();
      const webhook = await authentic(at);
      const facts = present(at.vendor.webhooks, 'webhook');
      const kinds = Object.entries(facts.forgeries(webhook)).map(([what, forged]) => {
        expect({ what, forged }).not.toEqual({ what, forged: webhook });
        return [what, refusalOf(() => at.receive(forged)).kind];
      });
      expect(kinds).toEqual(kinds.map(([what]) => [what, 'unauthentic']));
    });

    it("refuses it when made with another customer's secret, or while we have none", async () => {
      const at = await open();
      const webhook = await authentic(at);
      const { otherSecret, noSecret } = present(at.vendor.webhooks, 'webhook');
      const other = refusalOf(() => at.receive(webhook, otherSecret));
      const none = refusalOf(() => at.receive(webhook, noSecret));
      expect([other.kind, none.kind]).toEqual(['unauthentic', 'unconfigured']);
      expect(at.leaksIn(`${other.message} ${none.message}`)).toEqual([]);
    });

    it('refuses it when the vendor itself signs with another secret', async () => {
      const at = await open();
      await at.vendor.twin.plan({ on: 'webhook', kind: 'wrong-signature', times: null });
      expect(await fatesHere(at)).toEqual(['unauthentic']);
    });
  });

  fault('webhook_unsigned', () => {
    it('refuses it', async () => {
      const at = await open();
      await at.vendor.twin.plan({ on: 'webhook', kind: 'unsigned', times: null });
      expect(await fatesHere(at)).toEqual(['unauthentic']);
    });

    it('refuses everything else that the vendor may send in the place of a proof', async () => {
      const { badSwitches } = present((await open()).vendor.webhooks, 'webhook');
      expect(badSwitches.length).toBeGreaterThan(0);
      for (const switches of badSwitches) {
        const at = await open();
        await at.vendor.twin.changeSwitches(switches);
        expect(await fatesHere(at)).toEqual(['unauthentic']);
      }
    });
  });

  fault('webhook_pretty', () => {
    it('takes it like the compact one', async () => {
      const at = await open();
      await at.vendor.twin.plan({ on: 'webhook', kind: 'pretty', times: null });
      const { handle } = await at.verified();
      const { webhook, signal } = await eventually(() => at.arrivedVerdict('verified'));
      expect(Buffer.from(webhook.body).toString()).toMatch(/\n {2}"/u);
      expect(outcomeOf(await at.read({ ...handle, ...signal.handlePatch }))).toBe('verified');
    });
  });

  fault('webhook_garbage', () => {
    it.each(GARBAGE)('refuses %s, and breaks nothing', async (_what, body) => {
      const at = await open();
      const methods = present(provider.webhookMethods, 'method');
      for (const method of [...methods, 'GET'])
        expect(refusalOf(() => at.receive({ method, headers: {}, body })).kind).toMatch(
          /^(?:unauthentic|malformed)$/u,
        );
    });
  });
});

async function authentic(at: ProviderAtTwin): Promise<RawWebhook> {
  await at.verified();
  return (await eventually(() => at.arrivedVerdict('verified'))).webhook;
}

/** How everything is refused that comes of a verification now. */
async function fatesHere(at: ProviderAtTwin): Promise<readonly string[]> {
  await at.verified();
  await eventually(() => {
    expect(at.arrived().length).toBeGreaterThan(0);
  });
  const kinds = at.arrived().map((webhook) => refusalOf(() => at.receive(webhook)).kind);
  return [...new Set(kinds)];
}
