import { defineConfig } from 'prisma/config';
import { migrationConfig } from './libs/platform/src/config.js';

/*
 * For Prisma's own CLI: `prisma generate` always, `prisma migrate deploy` where its engine can be downloaded. Gatehouse itself migrates
 * with `npm run migrate`, which keeps the same bookkeeping.
 */
const { databaseUrl } = migrationConfig();

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(databaseUrl === null ? {} : { datasource: { url: databaseUrl } }),
});
