import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Clock } from './clock.js';
import { fromTypeId, SystemIds, toTypeId } from './ids.js';

describe('SystemIds', () => {
  it('makes UUIDv7, each greater than the one before', () => {
    const ids = new SystemIds();
    const made = Array.from({ length: 1_000 }, () => ids.next());
    expect(
      made.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('goes by its clock, on while that stands still or goes back a little, and back where it was set', () => {
    let now = Date.parse('2026-11-29T12:00:00.000Z');
    class TestClock extends Clock {
      override now(): Date {
        return new Date(now);
      }
    }
    const ids = new SystemIds(new TestClock());
    const made: string[] = [];
    const next = (): number => {
      made.push(ids.next());
      return Number.parseInt(made.at(-1)?.replace('-', '').slice(0, 12) ?? '', 16);
    };
    expect(next()).toBe(now);
    expect(next()).toBe(now);
    now -= 5;
    expect(next()).toBe(now + 5);
    now += 6;
    expect(next()).toBe(now);
    expect([...made].sort()).toEqual(made);
    now -= 3_600_000;
    expect(next()).toBe(now);
  });
});

describe('type ids', () => {
  it('lead back to the UUID they were made from', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(fromTypeId('ver', toTypeId('ver', uuid))).toBe(uuid);
      }),
    );
  });

  it('have the published form', () => {
    expect(toTypeId('prefix', '01890a5d-ac96-774b-bcce-b302099a8057')).toBe(
      'prefix_01h455vb4pex5vsknk084sn02q',
    );
  });

  it.each([
    ['nothing', ''],
    ['another prefix', toTypeId('key', randomUUID())],
    ['a longer prefix', toTypeId('x_ver', randomUUID())],
    ['no suffix', 'ver_'],
    ['upper case', toTypeId('ver', '01890a5d-ac96-774b-bcce-b302099a8057').toUpperCase()],
    ['an upper-case suffix', 'ver_01H455VB4PEX5VSKNK084SN02Q'],
    ['a letter outside the alphabet', 'ver_01l455vb4pex5vsknk084sn02q'],
    ['more than 128 bits', 'ver_81h455vb4pex5vsknk084sn02q'],
    ['one character too many', 'ver_01h455vb4pex5vsknk084sn02qq'],
    ['one too few', 'ver_01h455vb4pex5vsknk084sn02'],
    ['a line break after it', 'ver_01h455vb4pex5vsknk084sn02q\n'],
    ['a character of several bytes', 'ver_01h455vb4pex5vsknk084sn02é'],
    ['128 bits that are no UUID', 'ver_7zzzzzzzzzzzzzzzzzzzzzzzz0'],
    ['the UUID itself', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ])('are refused when it is %s', (_, text) => {
    expect(fromTypeId('ver', text)).toBeNull();
  });

  it('are null or canonical for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^ver_[0-9a-z]{26}$/)), (text) => {
        const uuid = fromTypeId('ver', text);
        expect(uuid === null || toTypeId('ver', uuid) === text).toBe(true);
      }),
    );
  });
});
