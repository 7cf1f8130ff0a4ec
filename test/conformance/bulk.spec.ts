import { capabilitiesOf, type Handle } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { present } from '../support/eventually.js';

/** More than any vendor takes in one call. */
const MANY = 53;

describeProviders(await openSuite(), ({ provider, harness, open, capability, fault }) => {
  capability('bulk_read', {
    offered() {
      it('keeps the order that it was asked in, also beyond what one call takes', async () => {
        const at = await open();
        const handles = await begin(at, MANY);
        await at.vendor.approve();
        const glances = await at.readMany(handles);
        expect(glances).toHaveLength(MANY);
        // The newest is the one that passed.
        expect(glances.map((glance) => glance?.verdict)).toEqual([
          ...Array.from({ length: MANY - 1 }, () => 'requires_input'),
          'verified',
        ]);
        const calls = await at.vendor.twin.requestsTo(present(harness.paths.bulk, 'path of bulk reads'));
        expect(calls.length).toBeGreaterThan(1);
        expect(calls.length).toBeLessThan(MANY / 10);
      });

      it('asks nothing for nobody', async () => {
        const at = await open();
        expect(await at.readMany([])).toEqual([]);
        expect(await at.vendor.twin.requestsTo('/')).toEqual([]);
      });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(capabilitiesOf(provider)).not.toContain('readMany');
      });
    },
  });

  fault('bulk_strangers', () => {
    it('ignores whom nobody asked for', async () => {
      const at = await open();
      const handles = await begin(at, 2);
      await at.vendor.approve();
      const before = (await at.readMany(handles)).map((glance) => glance?.verdict);
      expect(new Set(before)).toEqual(new Set(['requires_input', 'verified']));
      await at.vendor.twin.plan({ on: 'request', kind: 'bulk-strangers', path: '' });
      const verdicts = (await at.readMany(handles)).map((glance) => glance?.verdict);
      expect(verdicts).toEqual(before);
      // It was this answer that had strangers in it.
      expect(await at.vendor.twin.count('/faults')).toBe(0);
    });
  });

  fault('bulk_gaps', () => {
    it('knows nothing of whom the answer leaves out, and everything of the others', async () => {
      const at = await open();
      const handles = await begin(at, 3);
      await at.vendor.twin.plan({ on: 'request', kind: 'bulk-gaps', path: '' });
      const verdicts = (await at.readMany(handles)).map((glance) => glance?.verdict ?? null);
      expect(verdicts).toEqual([null, 'requires_input', 'requires_input']);
    });
  });
});

/** So many verifications, oldest first. */
async function begin(at: ProviderAtTwin, count: number): Promise<readonly Handle[]> {
  const handles: Handle[] = [];
  for (let number = 1; number <= count; number += 1) {
    const verificationId = `${at.vendor.request.verificationId}${number}`;
    handles.push((await at.start({ verificationId })).handle);
  }
  return handles;
}
