import { capabilitiesOf, type Handle, type ImageEntry, ProviderError } from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { openWire } from '../support/conformance/odd-vendors.js';
import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { bytesOf, presentReading } from '../support/conformance/readings.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { eventually, present } from '../support/eventually.js';

const LARGE_BYTES = 2 * 1024 * 1024;
const MEDIUM_BYTES = 20_000;
/** A connection that nobody uses is closed too, but not as soon as this. */
const BEFORE_IDLE_CONNECTIONS_CLOSE_MS = 3_000;

describeProviders(await openSuite(), ({ provider, harness, open, capability, fault }) => {
  const byLink = typeof harness.picturesBy === 'object' ? harness.picturesBy : null;

  capability('images', {
    offered() {
      it('lists what there is, under the same keys each time', async () => {
        const at = await open();
        const handle = await passed(at);
        const entries = await at.listImages(handle);
        const expected = present(harness.pictures, 'picture').map(({ kind }) => kind);
        expect(entries.map(({ kind }) => kind).toSorted()).toEqual(expected.toSorted());
        expect(new Set(entries.map(({ key }) => key)).size).toBe(expected.length);
        expect(at.leaksIn(JSON.stringify(entries.map(({ key }) => key)))).toEqual([]);
        expect(await at.listImages(handle)).toEqual(entries);
        const { observation } = presentReading(await at.read(handle));
        if (byLink === null) expect(observation.evidence?.images).toBe(expected.length);
      });

      it('opens each with exactly the bytes that the vendor has', async () => {
        const at = await open();
        const handle = await passed(at);
        const opened = await openAll(at, handle);
        expect(opened.map(shown).toSorted()).toEqual(
          present(harness.pictures, 'picture').map(shown).toSorted(),
        );
        expect(opened.map(({ mediaType }) => mediaType)).toEqual(
          opened.map(() => expect.stringMatching(/^image\/(?:jpeg|png)$/u)),
        );
      });

      it('opens none that is not wanted', async () => {
        const at = await open();
        const handle = await passed(at);
        expect(await nothingOr(at.openImage(handle, 'no such key'))).toBeNull();
      });

      it('has none while the person has not finished', async () => {
        const at = await open();
        const { handle } = await at.start();
        expect(await at.listImages(handle).catch(asAbsent)).toEqual([]);
      });

      it('hangs up on the vendor when nobody wants the rest', async () => {
        const at = await open();
        const { origin } = new URL(at.vendor.twin.baseUrl);
        const wire = await openWire(origin);
        try {
          const connection = at.connection({ baseUrl: at.vendor.twin.baseUrl.replace(origin, wire.origin) });
          const { handle } = await at.verified(connection);
          const known = await remembered(at, handle);
          const [entry] = await at.listImages(known);
          const { key } = present(entry, 'image');
          await at.vendor.twin.changeSwitches({ imageBytes: LARGE_BYTES });
          const controller = new AbortController();
          const stream = present(
            await at.openImage(known, key, { signal: controller.signal }, connection),
            'image',
          );
          await expect(readUntilGivenUp(stream.bytes, controller)).rejects.toThrow();
          await eventually(
            () => {
              expect(wire.hasHungUpAfter(MEDIUM_BYTES)).toBe(true);
            },
            { timeoutMs: BEFORE_IDLE_CONNECTIONS_CLOSE_MS },
          );
        } finally {
          await wire.close();
        }
      });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(capabilitiesOf(provider)).not.toContain('images');
      });
    },
  });

  if (harness.picturesBy === 'call')
    fault('wrong_person', () => {
      it('shows no image of the other person', async () => {
        const at = await open();
        const handle = await passed(at);
        const [entry] = await at.listImages(handle);
        const path = present(harness.paths.images, 'path of images');
        const plan = { on: 'request', kind: 'wrong-person', path, times: null } as const;
        await at.vendor.twin.plan(plan);
        expect(await at.listImages(handle).catch(asForeign)).toEqual([]);
        const { key } = present(entry, 'image');
        const opened = await at.openImage(handle, key).catch(asForeign);
        expect([null, []]).toContainEqual(opened);
      });
    });

  capability('trimmed_images', {
    offered() {
      it('gives fewer bytes where small ones are wanted', async () => {
        const [full, small] = await sizes(await open());
        expect(small).toBeLessThan(full);
      });
    },
    notOffered() {
      if (harness.pictures === undefined) return;
      it('gives the whole image where a small one is wanted', async () => {
        const [full, small] = await sizes(await open());
        expect(small).toBe(full);
      });
    },
  });

  fault('expired_images', () => {
    if (byLink !== null)
      it('has none once their addresses have run out', async () => {
        const at = await open();
        const handle = await passed(at);
        const [entry] = await at.listImages(handle);
        await at.vendor.twin.advanceClock(byLink.linkForSeconds + 1);
        expect(await nothingOr(at.openImage(handle, present(entry, 'image').key))).toBeNull();
      });

    it('says that there is none when the vendor says so', async () => {
      const at = await open();
      const handle = await passed(at);
      const [entry] = await at.listImages(handle);
      const path = present(harness.paths.images, 'path of images');
      await at.vendor.twin.plan({ on: 'request', kind: 'gone', path, times: null });
      expect(await nothingOr(at.openImage(handle, present(entry, 'image').key))).toBeNull();
    });
  });

  capability('report', {
    offered() {
      it('is a PDF, with confidences or without', async () => {
        const at = await open();
        const handle = await passed(at);
        const plain = await bytesOf(await at.report(handle));
        const scored = await bytesOf(await at.report(handle, true));
        expect([plain, scored].map((bytes) => bytes.subarray(0, 5).toString())).toEqual(['%PDF-', '%PDF-']);
        expect(scored).not.toEqual(plain);
      });

      it('is there as long as the result says', async () => {
        const at = await open();
        const handle = await passed(at);
        const { evidence } = presentReading(await at.read(handle)).observation;
        expect(evidence).toMatchObject({ report: true });
      });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(capabilitiesOf(provider)).not.toContain('report');
      });
    },
  });

  fault('expired_report', () => {
    it('has none when its time is over', async () => {
      const at = await open();
      const handle = await passed(at);
      await at.vendor.twin.advanceClock(present(harness.reportForSeconds, 'lifetime') + 60);
      expect(await nothingOr(at.report(handle))).toBeNull();
    });

    it('has none when the vendor says so', async () => {
      const at = await open();
      const handle = await passed(at);
      const path = present(harness.paths.report, 'path of reports');
      await at.vendor.twin.plan({ on: 'request', kind: 'gone', path, times: null });
      expect(await nothingOr(at.report(handle))).toBeNull();
    });
  });

  /** Sizes of one image that the vendor can trim, as it is and as small as it can be had. */
  async function sizes(at: ProviderAtTwin): Promise<readonly [number, number]> {
    await at.vendor.twin.changeSwitches({ imageBytes: MEDIUM_BYTES });
    const handle = await passed(at);
    const [entry] = await at.listImages(handle);
    const { key } = present(entry, 'image');
    const full = await bytesOf(await at.openImage(handle, key));
    const small = await bytesOf(await at.openImage(handle, key, { size: 'small' }));
    return [full.length, small.length];
  }

  /** The handle of somebody who has passed, once everything is there that tells of it. */
  async function passed(at: ProviderAtTwin): Promise<Handle> {
    return remembered(at, (await at.verified()).handle);
  }

  async function remembered(at: ProviderAtTwin, handle: Handle): Promise<Handle> {
    const { signal } =
      provider.receive === undefined
        ? { signal: null }
        : await eventually(() => at.arrivedVerdict('verified'));
    const known = { ...handle, ...signal?.handlePatch };
    return { ...known, ...presentReading(await at.read(known)).handlePatch };
  }
});

interface OpenedImage extends Pick<ImageEntry, 'kind'> {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

async function openAll(at: ProviderAtTwin, handle: Handle): Promise<readonly OpenedImage[]> {
  const entries = await at.listImages(handle);
  return Promise.all(
    entries.map(async ({ key, kind }) => {
      const stream = present(await at.openImage(handle, key), key);
      return { kind, bytes: await bytesOf(stream), mediaType: stream.mediaType };
    }),
  );
}

function shown({ kind, bytes }: { readonly kind: string; readonly bytes: Buffer }): string {
  return `${kind}: ${bytes.toString('base64')}`;
}

/** Null for nothing, in either of the two ways an adapter may say so. */
async function nothingOr(opening: Promise<unknown>): Promise<unknown> {
  return opening.catch((error: unknown) => (asAbsent(error), null));
}

function asAbsent(error: unknown): readonly never[] {
  if (error instanceof ProviderError && error.fault === 'not_found') return [];
  throw error;
}

/** An answer about somebody else is no list, or breaks the contract. */
function asForeign(error: unknown): readonly never[] {
  return error instanceof ProviderError && error.fault === 'contract' ? [] : asAbsent(error);
}

async function readUntilGivenUp(
  bytes: AsyncIterable<Uint8Array>,
  controller: AbortController,
): Promise<void> {
  let seen = 0;
  for await (const chunk of bytes) {
    seen += chunk.length;
    if (seen > 0 && seen < LARGE_BYTES) controller.abort();
  }
}
