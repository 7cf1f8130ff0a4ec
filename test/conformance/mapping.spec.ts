import { InvalidShape, type Reading } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { DAY_SECONDS } from '../support/conformance/harness.js';
import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { presentReading } from '../support/conformance/readings.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';

type Present = Extract<Reading, { kind: 'present' }>;

/** Base64 that is no name of anything, a data URI, an address, or the beginning of an image. */
const IMAGES = [/[A-Za-z0-9+/]{400}/u, /data:[a-z]+\//iu, /https?:/iu, /\/9j\/|iVBORw0KGgo|R0lGOD|UklGR/u];

describeProviders(await openSuite(), ({ provider, harness, open, capability }) => {
  capability('mapping', {
    offered() {
      it('has a version', () => {
        expect(Number.isInteger(provider.mappingVersion)).toBe(true);
        expect(provider.mappingVersion).toBeGreaterThan(0);
      });

      it('keeps what it read, as JSON and without secrets', async () => {
        const at = await open();
        const { evidence } = await passed(at);
        expect(evidence).not.toBeNull();
        expect(stored(evidence)).toEqual(evidence);
        const kept = JSON.stringify(evidence);
        expect(at.vendor.secrets.filter((secret) => kept.includes(secret))).toEqual([]);
      });

      it('keeps no image and no address of one', async () => {
        const at = await open();
        const kept = JSON.stringify((await passed(at)).evidence);
        expect(IMAGES.filter((image) => image.test(kept))).toEqual([]);
      });

      it('makes the same of it again, with nobody to ask', async () => {
        const at = await open();
        const readAt = new Date();
        const { handle } = await at.verified();
        const reading = presentReading(await at.read(handle, at.connection(), readAt));
        await at.vendor.twin.plan({ on: 'request', kind: 'status', status: 503, path: '', times: null });
        expect(remapped(at, reading, readAt)).toEqual({
          kind: 'present',
          observation: reading.observation,
          identity: reading.identity,
        });
      });

      if (harness.review !== undefined)
        it('makes the same again of what is left to a human', async () => {
          const at = await open();
          const readAt = new Date();
          const { handle } = await at.start();
          await harness.review?.(at.vendor.twin);
          const reading = presentReading(await at.read(handle, at.connection(), readAt));
          expect(remapped(at, reading, readAt)).toMatchObject({ observation: reading.observation });
        });

      it('sees by the time of the reading, not by that of the day', async () => {
        const at = await open();
        const reading = await passed(at);
        const [early, late] = [0, 40_000 * DAY_SECONDS].map((seconds) =>
          remapped(at, reading, new Date(Date.now() + seconds * 1000)),
        );
        const documents = reading.observation.validity?.documentExpiry ?? null;
        if (documents === null) expect(late).toEqual(early);
        else expect(late).toMatchObject({ observation: { validity: { state: 'expired' } } });
      });

      it.each([null, 7, 'words', [], {}, { body: null }])(
        'refuses %j, which is none of its own',
        async (evidence) => {
          const at = await open();
          expect(() => provider.remap(evidence, at.connection().settings, new Date())).toThrow(InvalidShape);
        },
      );
    },
  });

  async function passed(at: ProviderAtTwin): Promise<Present> {
    return presentReading(await at.read((await at.verified()).handle));
  }

  function remapped(at: ProviderAtTwin, { evidence }: Present, readAt: Date): unknown {
    return provider.remap(stored(evidence), at.connection().settings, readAt);
  }
});

/** As it comes back from where it was kept. */
function stored(evidence: unknown): unknown {
  return JSON.parse(JSON.stringify(evidence));
}
