import { StartError } from '@gatehouse/platform';
import { describe, expect, it } from '@jest/globals';

import { remapOptions } from './remap-options.js';

const GOOD = ['--provider', 'sentinel', '--since', '2026-11-01'];

describe('remapOptions', () => {
  it('changes nothing unless it is told to', () => {
    expect(remapOptions(GOOD)).toEqual({
      provider: 'sentinel',
      since: new Date('2026-11-01T00:00:00Z'),
      tenantId: null,
      apply: false,
      isJson: false,
    });
  });

  it('takes a time with its zone, a tenant, and both switches', () => {
    const given = [
      '--provider',
      'sentinel',
      '--since',
      '2026-11-01T02:00+02:00',
      '--tenant',
      'tnt_01h455vb4pex5vsknk084sn02q',
      '--apply',
      '--json',
    ];
    expect(remapOptions(given)).toEqual({
      provider: 'sentinel',
      since: new Date('2026-11-01T00:00:00Z'),
      tenantId: '01890a5d-ac96-774b-bcce-b302099a8057',
      apply: true,
      isJson: true,
    });
  });

  it.each([
    [[], '--provider is required'],
    [['--provider', 'sentinel'], '--since is required'],
    [['--provider', 'sentinel', '--since', 'yesterday'], '--since must be'],
    [['--provider', 'sentinel', '--since', '2026-11-01T02:00'], '--since must be'],
    [['--provider', 'sentinel', '--since', '2026-13-01'], '--since must be'],
    [[...GOOD, '--tenant', 'northwind'], '--tenant must be'],
    [[...GOOD, '--force'], '--force'],
    [[...GOOD, 'now'], 'now'],
  ])('refuses %j, and says how it is done', (given, why) => {
    const refused = (): unknown => remapOptions(given);
    expect(refused).toThrow(StartError);
    expect(refused).toThrow(
      expect.objectContaining({
        lines: expect.arrayContaining([
          expect.stringContaining(why),
          expect.stringContaining('npm run remap'),
        ]),
      }),
    );
  });
});
