import { capabilitiesOf } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { PERSON, SOMEBODY_ELSE } from '../support/conformance/harness.js';
import { outcomeOf, presentReading } from '../support/conformance/readings.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { present } from '../support/eventually.js';

const CORRECTED = { email: 'lena.moss.new@mail.test', phone: '+14155550188' } as const;

describeProviders(await openSuite(), ({ provider, open, capability }) => {
  capability('contact_correction', {
    offered() {
      it('is kept by the vendor, and the verification is read as before', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const known = { ...handle, ...presentReading(await at.read(handle)).handlePatch };
        const patch = present(await at.correctContact(known, CORRECTED), 'record');
        const reading = presentReading(await at.read({ ...known, ...patch }));
        expect(reading.observation.verdict).toBe('verified');
        expect(reading.identity?.person).toMatchObject(CORRECTED);
        expect(await at.lookup({ email: PERSON.email })).toBeNull();
        expect(present(await at.lookup({ email: CORRECTED.email }), 'hit').record.reference).toBe(
          reading.reference,
        );
      });

      it('leaves what was not to be changed', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const known = { ...handle, ...presentReading(await at.read(handle)).handlePatch };
        const patch = present(await at.correctContact(known, { phone: CORRECTED.phone }), 'record');
        const { identity } = presentReading(await at.read({ ...known, ...patch }));
        expect(identity?.person).toMatchObject({ email: PERSON.email, phone: CORRECTED.phone });
      });

      it('is refused where somebody else has it, and changes nothing', async () => {
        const at = await open();
        const { handle } = await at.verified();
        await at.start({
          verificationId: `${at.vendor.request.verificationId}2`,
          subject: { ...at.vendor.request.subject, ...SOMEBODY_ELSE },
        });
        await at.vendor.approve(SOMEBODY_ELSE);
        const known = { ...handle, ...presentReading(await at.read(handle)).handlePatch };
        const error = await at.failure(at.correctContact(known, { email: SOMEBODY_ELSE.email }));
        expect(error).toMatchObject({ fault: 'conflict', effect: 'none' });
        expect(outcomeOf(await at.read(known))).toBe('verified');
      });

      it('comes to nothing while the vendor has no record of the person', async () => {
        const at = await open();
        const { handle } = await at.start();
        const corrected = await at.correctContact(handle, CORRECTED);
        // A vendor that has a record from the start may as well correct it.
        if (corrected === null) expect(await at.lookup({ email: CORRECTED.email })).toBeNull();
        else expect(await at.lookup({ email: CORRECTED.email })).not.toBeNull();
      });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(capabilitiesOf(provider)).not.toContain('correctContact');
      });
    },
  });
});
