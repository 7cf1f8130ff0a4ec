import { expect, it } from '@jest/globals';

import { linkOf, outcomeOf, presentReading, WAITING } from '../support/conformance/readings.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { DAY_SECONDS } from '../support/conformance/harness.js';

describeProviders(await openSuite(), ({ provider, harness, open, capability, fault }) => {
  capability('sharing', {
    offered() {
      it('takes an identity from elsewhere, once the person has agreed, and says from where', async () => {
        const at = await open();
        await at.vendor.makeShareable?.();
        const started = await at.start({ reuse: 'allow' });
        expect(started).toMatchObject({ isSharingRefused: false });
        expect(linkOf(started.action)).toMatch(/^http/u);
        expect(WAITING).toContain(outcomeOf(await at.read(started.handle)));
        await at.vendor.approve();
        const { observation } = presentReading(await at.read(started.handle));
        expect(observation.verdict).toBe('verified');
        expect(observation.consent?.sharedFrom).toMatch(/\S/u);
      });

      it('asks for nothing from elsewhere where the caller does not allow it', async () => {
        const at = await open();
        await at.vendor.makeShareable?.();
        const { handle } = await at.start({ reuse: 'never' });
        await at.vendor.approve();
        const { observation } = presentReading(await at.read(handle));
        expect(observation.consent?.sharedFrom).toBeNull();
      });

      it('falls back to asking for everything where the vendor will not share', async () => {
        const at = await open();
        await at.vendor.twin.changeSwitches({ unshareable: 'refused' });
        const started = await at.start({ reuse: 'allow' });
        expect(started.isSharingRefused).toBe(true);
        await at.vendor.approve();
        expect(outcomeOf(await at.read(started.handle))).toBe('verified');
      });

      it('is not verified by an earlier one, without the person, even where the caller allows reuse', async () => {
        const at = await open();
        const { handle: earlier } = await at.verified();
        expect(outcomeOf(await at.read(earlier))).toBe('verified');
        await at.vendor.twin.advanceClock(DAY_SECONDS);
        const { handle } = await at.start({ reuse: 'allow' });
        expect(WAITING).toContain(outcomeOf(await at.read(handle)));
      });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(provider.supports.reuse).toBe(false);
      });
    },
  });

  capability('consent', {
    offered() {
      it('is part of the result, and then withdrawn', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const before = presentReading(await at.read(handle)).observation.consent;
        expect(before).toMatchObject({ grantedAt: expect.any(String), revokedAt: null });
        await at.vendor.withdrawConsent?.();
        const { observation, identity } = presentReading(await at.read(handle));
        expect(observation.consent).toMatchObject({ revokedAt: expect.any(String) });
        expect(observation.verdict).not.toBe('verified');
        expect(identity).toBeNull();
      });

      it('is looked at again for as long as somebody is verified', async () => {
        const at = await open();
        expect(provider.recheckSeconds?.(at.connection().settings)).toBeGreaterThan(0);
      });
    },
    notOffered() {
      it('is not part of the result, and nothing is looked at for ever', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const { observation, identity } = presentReading(await at.read(handle));
        expect([observation.consent, identity?.consent]).toEqual([null, null]);
        expect(provider.recheckSeconds?.(at.connection().settings) ?? null).toBeNull();
      });
    },
  });

  fault('revoked_consent', () => {
    it.each(['readable', 'forbidden', 'not-found', 'empty'])(
      'is no success any more, when what is left is %s',
      async (revokedOwn) => {
        const at = await open();
        const { handle } = await at.verified();
        expect(outcomeOf(await at.read(handle))).toBe('verified');
        await at.vendor.twin.changeSwitches({ revokedOwn });
        await at.vendor.twin.plan({ on: 'request', kind: 'revoked', path: harness.paths.read });
        expect(WAITING).toContain(outcomeOf(await at.read(handle)));
        expect(provider.whenGone).toBe('revoked');
      },
    );
  });
});
