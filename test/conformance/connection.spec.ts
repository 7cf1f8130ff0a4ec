import { expect, it } from '@jest/globals';

import { describeProviders, openSuite } from '../support/conformance/suite.js';

describeProviders(await openSuite(), ({ provider, open, capability, fault }) => {
  capability('self_check', {
    offered() {
      it('is content with the right credentials, and finds out wrong ones', async () => {
        const at = await open();
        const right = await at.check();
        expect(right.filter(({ ok }) => !ok)).toEqual([]);
        const wrong = await at.check(at.connection({ credentials: at.vendor.wrongCredentials }));
        expect(wrong.filter(({ ok }) => !ok)).toEqual([
          { ok: false, what: expect.any(String), detail: 'The provider refused the credentials.' },
        ]);
        expect(at.leaksIn(JSON.stringify([right, wrong]))).toEqual([]);
      });

      it('changes nothing at the vendor', async () => {
        const at = await open();
        await at.check();
        expect(await at.vendor.countAtVendor()).toBe(0);
      });
    },
  });

  capability('sandbox', {
    offered() {
      it('is a setting like any other address', async () => {
        const at = await open();
        const { settings } = at.connection({ baseUrl: 'https://sandbox.vendor.test/v1' });
        expect(provider.endpoints(settings)).toEqual(['https://sandbox.vendor.test/v1']);
        expect(JSON.stringify(provider.settings.jsonSchema)).toContain('sandbox');
      });
    },
  });

  fault('credentials', () => {
    it('says so when it begins and when it reads, and nothing has happened to the person', async () => {
      const at = await open();
      const { handle } = await at.start();
      const before = await at.vendor.countAtVendor();
      const refused = at.connection({ credentials: at.vendor.wrongCredentials });
      const expected = { fault: 'credentials', effect: 'none' };
      expect(await at.failure(at.start({}, refused))).toMatchObject(expected);
      expect(await at.failure(at.read(handle, refused))).toMatchObject(expected);
      expect(await at.vendor.countAtVendor()).toBe(before);
    });

    it('says so whatever else it is asked', async () => {
      const at = await open();
      const { handle } = await at.verified();
      const refused = at.connection({ credentials: at.vendor.wrongCredentials });
      const calls = [...at.otherCalls(handle, refused)];
      const faults = await Promise.all(
        calls.map(async ([name, call]) => [name, (await at.failure(call)).fault]),
      );
      expect(faults).toEqual(calls.map(([name]) => [name, 'credentials']));
    });
  });
});
