import { runProgram } from '../program.js';
import { createMigration } from './new-migration.js';

/* `npm run migrate:new -- name` */
await runProgram(async () => {
  const path = await createMigration(process.argv[2] ?? '');
  process.stdout.write(`${path}\n`);
});
