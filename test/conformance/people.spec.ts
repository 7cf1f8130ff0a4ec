import {
  capabilitiesOf,
  type HeldRecord,
  LIST_PAGE_SIZES,
  LIST_SORTS,
  type ListRequest,
} from '@gatehouse/contract';
import { expect, it } from '@jest/globals';

import { PERSON, SOMEBODY_ELSE } from '../support/conformance/harness.js';
import { outcomeOf } from '../support/conformance/readings.js';
import { complaintsAbout, identityShape, observationShape } from '../support/conformance/shapes.js';
import { describeProviders, openSuite } from '../support/conformance/suite.js';
import { present } from '../support/eventually.js';

const CONTACTS = { email: PERSON.email, phone: PERSON.phone } as const;
const STRANGERS = { email: 'nobody.knows@mail.test', phone: '+14155550199' } as const;

describeProviders(await openSuite(), ({ provider, harness, open, capability, fault }) => {
  for (const by of ['email', 'phone'] as const)
    capability(`lookup_by_${by}`, {
      offered() {
        it('finds what is held of the person, in a form that can be read again', async () => {
          const at = await open();
          await at.verified();
          const hit = present(await at.lookup({ [by]: CONTACTS[by] }), 'hit');
          expect(hit.matchedBy).toBe(by);
          expect(complaintsAboutRecord(hit.record)).toEqual([]);
          expect(hit.record.observation.verdict).toBe('verified');
          expect(hit.record.contact[by]).toBe(CONTACTS[by]);
          expect(outcomeOf(await at.read(hit.record.handle))).toBe('verified');
        });

        it('finds nobody where there is nobody', async () => {
          const at = await open();
          await at.verified();
          expect(await at.lookup({ [by]: STRANGERS[by] })).toBeNull();
        });

        it('finds nobody in an answer about another person', async () => {
          const at = await open();
          await at.verified();
          await at.start({
            verificationId: `${at.vendor.request.verificationId}2`,
            subject: { ...at.vendor.request.subject, ...SOMEBODY_ELSE },
          });
          await at.vendor.approve(SOMEBODY_ELSE);
          const path = present(harness.paths.lookup, 'path of lookups');
          await at.vendor.twin.plan({ on: 'request', kind: 'wrong-person', path });
          const hit = await at.lookup({ [by]: CONTACTS[by] });
          expect(hit?.record.observation.verdict ?? null).toBeNull();
        });
      },
      notOffered() {
        it('finds nobody, without asking', async () => {
          const at = await open();
          if (provider.lookup !== undefined) expect(await at.lookup({ [by]: CONTACTS[by] })).toBeNull();
          expect(await at.vendor.twin.requestsTo('/')).toEqual([]);
        });
      },
    });

  if (provider.lookup !== undefined)
    fault('wrong_person', () => {
      it('says by which contact somebody was found whose other one is not known', async () => {
        const at = await open();
        await at.verified();
        const hit = present(await at.lookup({ email: STRANGERS.email, phone: PERSON.phone }), 'hit');
        expect(hit.matchedBy).toBe('phone');
        expect(hit.record.contact.phone).toBe(PERSON.phone);
      });
    });

  capability('list', {
    offered() {
      it.each(LIST_PAGE_SIZES)('shows everybody once, in pages of %i', async (pageSize) => {
        const at = await open();
        const everybody = pageSize + 3;
        await at.vendor.populate?.(everybody);
        const first = await at.list({ pageSize });
        const second = await at.list({ pageSize, page: 2 });
        expect([first, second].map(({ records, isLast }) => [records.length, isLast])).toEqual([
          [pageSize, false],
          [3, true],
        ]);
        expect([first.total, second.total]).toEqual([everybody, everybody]);
        const seen = [...first.records, ...second.records];
        expect(new Set(seen.map(({ reference }) => reference)).size).toBe(everybody);
      });

      it.each(LIST_SORTS)('shows complete records, asked for by %s', async (sortBy) => {
        const at = await open();
        await at.vendor.populate?.(5);
        const { records } = await at.list({ sortBy, pageSize: 10 });
        expect(records.flatMap(complaintsAboutRecord)).toEqual([]);
        expect(records).toHaveLength(5);
        const values = records.map((record) => sortedValue(record, sortBy));
        // In which direction is the vendor's.
        expect([values.toSorted(), values.toSorted().toReversed()]).toContainEqual(values);
      });

      it('shows whom it lists in a form that can be read', async () => {
        const at = await open();
        await at.vendor.populate?.(1);
        const [record] = (await at.list()).records;
        const { handle, observation } = present(record, 'record');
        expect(outcomeOf(await at.read(handle))).toBe(observation.verdict);
      });

      it('shows nobody where there is nobody', async () => {
        const at = await open();
        expect(await at.list()).toMatchObject({ records: [], isLast: true });
      });
    },
    notOffered() {
      it('cannot be asked for', () => {
        expect(capabilitiesOf(provider)).not.toContain('list');
      });
    },
  });

  capability('expired_documents', {
    offered() {
      it('shows them however the vendor spells them', async () => {
        const ways = (await open()).vendor.expiredDocuments?.length ?? 0;
        expect(ways).toBeGreaterThan(0);
        for (let way = 0; way < ways; way += 1) {
          const at = await open();
          await at.start();
          await at.vendor.expiredDocuments?.[way]?.();
          const expired = (await at.list()).records.filter(
            ({ observation }) => observation.validity?.state === 'expired',
          );
          expect(expired).toHaveLength(1);
          expect(expired[0]?.observation.validity?.documents).toHaveLength(1);
          expect(expired[0]?.observation.reasonCodes).toContain('document_expired');
        }
      });
    },
    notOffered() {
      it('has no list that could name them', () => {
        expect(capabilitiesOf(provider)).not.toContain('list');
      });
    },
  });
});

/** What a list is sorted by, where it shows in our words as it does in the vendor's. */
function sortedValue(record: HeldRecord, sortBy: ListRequest['sortBy']): string {
  switch (sortBy) {
    case 'name':
      return record.identity?.person.firstName ?? '';
    case 'phoneNumber':
      return record.contact.phone ?? '';
    case 'updatedAt':
      return record.observation.providerTime ?? '';
    case 'status':
      return record.observation.rawStatus ?? '';
    case 'gender':
    case 'nationality':
      return '';
  }
}

function complaintsAboutRecord({ reference, observation, identity }: HeldRecord): readonly string[] {
  return [
    ...(reference === '' ? ['reference: is empty'] : []),
    ...complaintsAbout(observationShape, observation),
    ...(identity === null ? [] : complaintsAbout(identityShape, identity)),
  ];
}
