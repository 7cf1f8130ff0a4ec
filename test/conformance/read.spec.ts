import { expect, it } from '@jest/globals';

import { DAY_SECONDS, SOMEBODY_ELSE } from '../support/conformance/harness.js';
import { type ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { bytesOf, outcomeOf, presentReading, WAITING } from '../support/conformance/readings.js';
import { complaintsAbout, identityShape, observationShape } from '../support/conformance/shapes.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { eventually, present } from '../support/eventually.js';

/** A few of them are more than an adapter takes of an answer that it reads as a whole. */
const HUGE_IMAGE_BYTES = 2 * 1024 * 1024;

describeProviders(await openSuite(), ({ harness, open, capability, fault }) => {
  capability('result', {
    offered() {
      it("is verified once the person has passed, with a reference and the vendor's own word", async () => {
        const at = await open();
        const { handle } = await at.verified();
        const reading = presentReading(await at.read(handle));
        expect(reading.observation.verdict).toBe('verified');
        expect(reading.observation.rawStatus).toMatch(/\S/u);
        expect(reading.reference).toMatch(/\S/u);
      });

      it('gives a complete identity of that very person, in normalised forms', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const { identity, observation } = presentReading(await at.read(handle));
        expect(complaintsAbout(identityShape, identity)).toEqual([]);
        expect(complaintsAbout(observationShape, observation)).toEqual([]);
        expect(identity?.person).toMatchObject({
          phone: at.vendor.request.subject.phone,
          fullName: expect.stringMatching(/\S \S/u),
          dateOfBirth: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/u),
        });
      });

      if (harness.review !== undefined)
        it('is not there yet when the vendor leaves it to a human', async () => {
          const at = await open();
          const { handle } = await at.start();
          await harness.review?.(at.vendor.twin);
          expect(outcomeOf(await at.read(handle))).toBe('needs_review');
        });

      it('reads the same again with what it was told to remember', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const first = presentReading(await at.read(handle));
        const second = presentReading(await at.read({ ...handle, ...first.handlePatch }));
        expect({ ...second, handlePatch: first.handlePatch }).toEqual(first);
      });
    },
  });

  capability('status', {
    offered() {
      it('says that the person has failed', async () => {
        const at = await open();
        const { handle } = await at.start();
        await at.vendor.reject();
        const { observation } = presentReading(await at.read(handle));
        expect(observation.verdict).toBe('rejected');
        expect(observation.rawStatus).toMatch(/\S/u);
      });
    },
    notOffered() {
      it('shows nothing of a person who has failed, which is no success', async () => {
        const at = await open();
        const { handle } = await at.start();
        await at.vendor.reject();
        expect(outcomeOf(await at.read(handle))).toBe(harness.rejection);
      });
    },
  });

  capability('read_by_own_id', {
    offered() {
      it('asks for nobody but by the id', async () => {
        const told = await readRequestsOf(await open());
        expect(told.some(({ path, body, reference }) => (path + body).includes(reference))).toBe(true);
      });
    },
    notOffered() {
      it('asks by what the person goes by', async () => {
        const told = await readRequestsOf(await open());
        expect(told.some(({ path, body, reference }) => (path + body).includes(reference))).toBe(false);
      });
    },
  });

  async function readRequestsOf(
    at: ProviderAtTwin,
  ): Promise<readonly { readonly path: string; readonly body: string; readonly reference: string }[]> {
    const { handle } = await at.verified();
    const { reference, handlePatch } = presentReading(await at.read(handle));
    await at.read({ ...handle, ...handlePatch });
    const told = await at.vendor.twin.requestsTo(harness.paths.read);
    expect(told.length).toBeGreaterThanOrEqual(2);
    return told.map((request) => ({ ...request, reference: present(reference, 'reference') }));
  }

  // Whether the vendor spares us the images or not: a verdict must not depend on their size.
  capability('read_without_images', { offered: readsPastImages, notOffered: readsPastImages });

  function readsPastImages(): void {
    it('gives the verdict however large the images are', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.twin.changeSwitches({ imageBytes: HUGE_IMAGE_BYTES });
      await at.vendor.approve();
      const reading = presentReading(await at.read(handle));
      expect(reading.observation.verdict).toBe('verified');
      expect(complaintsAbout(identityShape, reading.identity)).toEqual([]);
    });
  }

  capability('scores', {
    offered() {
      if (harness.scores === 'in_report')
        it('has them in its report', async () => {
          const at = await open();
          const { handle } = await at.verified();
          const { handlePatch } = presentReading(await at.read(handle));
          const [plain, scored] = await Promise.all(
            [false, true].map(async (confidences) =>
              bytesOf(await at.report({ ...handle, ...handlePatch }, confidences)),
            ),
          );
          expect(scored).not.toEqual(plain);
        });
      else
        it('gives them with the result, out of a hundred', async () => {
          const at = await open();
          const { handle } = await at.verified();
          const { identity } = presentReading(await at.read(handle));
          const scores = [identity?.liveness.score, identity?.documents[0]?.checks.faceMatch.score];
          expect(scores.filter((score) => typeof score === 'number' && score > 1)).toHaveLength(2);
        });
    },
    notOffered() {
      it('makes none up', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const { identity } = presentReading(await at.read(handle));
        const documents = identity?.documents.map(({ checks }) => checks.faceMatch.score) ?? [];
        expect([identity?.liveness.score, ...documents].filter((score) => score !== null)).toEqual([]);
      });
    },
  });

  capability('document_fields', {
    offered() {
      if (harness.knowsDocuments)
        it('gives the number and the end of each document', async () => {
          const at = await open();
          const { handle } = await at.verified();
          expect(presentReading(await at.read(handle)).identity?.documents).toEqual([
            expect.objectContaining({ number: expect.any(String), expiresOn: expect.any(String) }),
          ]);
        });
      else
        it('gives the person, and makes up no document', async () => {
          const at = await open();
          const { handle } = await at.verified();
          const { identity } = presentReading(await at.read(handle));
          expect(identity?.person.fullName).toMatch(/\S/u);
          expect(identity?.documents).toEqual([]);
        });
    },
  });

  capability('risk_level', {
    offered() {
      it('is part of the result', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const { observation, identity } = presentReading(await at.read(handle));
        expect([observation.riskLevel, identity?.risk.level]).toEqual(['low', 'low']);
      });
    },
    notOffered() {
      it('is left open', async () => {
        const at = await open();
        const { handle } = await at.verified();
        const { observation, identity } = presentReading(await at.read(handle));
        expect([observation.riskLevel, identity?.risk.level]).toEqual([null, null]);
      });
    },
  });

  capability('screening', {
    offered() {
      it('leaves whom it has found something about to a human', async () => {
        const at = await open();
        const { handle } = await at.start();
        await harness.review?.(at.vendor.twin);
        expect(outcomeOf(await at.read(handle))).toBe('needs_review');
      });
    },
  });

  capability('again', {
    offered() {
      it('is not verified by what the same person did for an earlier one, but by what they do for this', async () => {
        const at = await open();
        await verifyEarlier(at);
        const { handle } = await at.start({ verificationId: `${at.vendor.request.verificationId}2` });
        expect(WAITING).toContain(outcomeOf(await at.read(handle)));
        await at.vendor.approve();
        expect(outcomeOf(await at.read(handle))).toBe('verified');
      });
    },
  });

  capability('sends_back', {
    offered() {
      it('waits for somebody who was sent back, and takes what they do next', async () => {
        const at = await open();
        const { handle } = await at.verified();
        await at.vendor.sendBack?.();
        expect(presentReading(await at.read(handle)).observation).toMatchObject({
          verdict: 'requires_input',
          reasonCodes: expect.arrayContaining(['awaiting_resubmission']),
        });
        const renewed = await at.renewLink(handle);
        await at.vendor.approve();
        expect(outcomeOf(await at.read(renewed.handle))).toBe('verified');
      });

      it('sends back by itself whose document has expired', async () => {
        const at = await open();
        const { handle } = await at.verified();
        await at.vendor.expire?.();
        expect(presentReading(await at.read(handle)).observation.verdict).toBe('requires_input');
        const { signal } = await eventually(() => at.arrivedVerdict('requires_input'));
        expect(signal.reference).toBe(presentReading(await at.read(handle)).reference);
      });
    },
  });

  fault('stale_status', () => {
    it('waits on, and believes what it is told next', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.approve();
      await at.vendor.twin.plan({ on: 'request', kind: 'stale', path: harness.paths.read });
      expect([...WAITING, 'processing']).toContain(outcomeOf(await at.read(handle)));
      expect(outcomeOf(await at.read(handle))).toBe('verified');
    });
  });

  fault('unknown_value', () => {
    it('gives it to a human and never through', async () => {
      const at = await open();
      const { handle } = await at.verified();
      await at.vendor.twin.plan({ on: 'request', kind: 'unknown-value', path: harness.paths.read });
      const { observation } = presentReading(await at.read(handle));
      expect(observation.verdict).toBe('needs_review');
      expect(observation.reasonCodes).toContain(harness.unmapped);
    });
  });

  fault('wrong_person', () => {
    it('uses nothing of the answer to a read', async () => {
      const at = await open();
      const { handle } = await at.verified();
      const first = presentReading(await at.read(handle));
      await at.vendor.twin.plan({ on: 'request', kind: 'wrong-person', path: harness.paths.read });
      expect(await at.read({ ...handle, ...first.handlePatch })).toEqual({ kind: 'foreign' });
    });

    it('verifies nobody by what another person did whom the start was given instead', async () => {
      const at = await open();
      const { request, twin } = at.vendor;
      await at.start({
        verificationId: `${request.verificationId}2`,
        subject: { ...request.subject, ...SOMEBODY_ELSE },
      });
      for (const path of harness.start.paths) await twin.plan({ on: 'request', kind: 'wrong-person', path });
      const { handle } = await at.start();
      await at.vendor.approve(SOMEBODY_ELSE);
      expect(outcomeOf(await at.read(handle))).not.toBe('verified');
    });
  });
});

/** Somebody was verified here a day ago. */
async function verifyEarlier(at: ProviderAtTwin): Promise<void> {
  const { handle } = await at.verified();
  expect(outcomeOf(await at.read(handle))).toBe('verified');
  await at.vendor.twin.advanceClock(DAY_SECONDS);
}
