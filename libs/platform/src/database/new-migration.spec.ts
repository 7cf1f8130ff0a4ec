import { describe, expect, it } from '@jest/globals';
import { createMigration } from './new-migration.js';

describe('createMigration', () => {
  it('finds nothing to write: the migrations lead to prisma/schema.prisma', async () => {
    await expect(createMigration('nothing')).rejects.toThrow(/^nothing to write/);
  });

  it.each(['', 'Two Words', '../up', '1st'])('refuses %j as a name', async (name) => {
    await expect(createMigration(name)).rejects.toThrow(/^usage: npm run migrate:new -- name/);
  });
});
