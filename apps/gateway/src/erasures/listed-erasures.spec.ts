import { describe, expect, it } from '@jest/globals';
import { type ListedErasure } from '@gatehouse/core';
import { StartError, SystemIds } from '@gatehouse/platform';

import { listedErasures } from './listed-erasures.js';

const ids = new SystemIds();
const erasure = (): ListedErasure => ({
  tenantId: ids.next(),
  id: ids.next(),
  environment: null,
  ground: 'request',
  namedBy: 'email',
  requestedAt: '2026-11-28T12:00:00.000Z',
  verificationIds: [ids.next()],
  orphanIds: [],
});

async function read(lines: readonly string[]): Promise<readonly ListedErasure[]> {
  const found: ListedErasure[] = [];
  for await (const listed of listedErasures(
    (async function* () {
      await Promise.resolve();
      yield* lines;
    })(),
  ))
    found.push(listed);
  return found;
}

describe('listedErasures', () => {
  it('reads what was exported, and takes empty lines for nothing', async () => {
    const written = [erasure(), erasure()];
    expect(await read([...written.map((each) => JSON.stringify(each)), ''])).toEqual(written);
  });

  it.each(['{', '{}', JSON.stringify({ ...erasure(), verificationIds: ['1; DROP TABLE'] })])(
    'names the line that is none: %s',
    async (line) => {
      await expect(read([JSON.stringify(erasure()), line])).rejects.toThrow(
        new StartError(['line 2 is not one of a list of erasures']),
      );
    },
  );
});
