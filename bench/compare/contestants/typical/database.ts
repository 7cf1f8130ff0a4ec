import { PrismaPg } from '@prisma/adapter-pg';

import { PrismaClient } from '../../../../libs/platform/src/database/generated/client.js';
import { type Pattern } from '../pattern.js';

/** The client that Prisma generates from the gateway's own schema, over one pool of the gateway's size. */
export class Database {
  readonly client: PrismaClient;

  constructor(
    readonly pattern: Pattern,
    connectionString: string,
    poolSize: number,
  ) {
    this.client = new PrismaClient({
      adapter: new PrismaPg(
        { connectionString, max: poolSize },
        // Statements are prepared once per connection; without a name each is parsed anew.
        { statementNameGenerator: nameOf },
      ),
      // Sixteen callers wait for ten connections: the default of two seconds would refuse some of them.
      transactionOptions: { maxWait: 10_000, timeout: 10_000 },
    });
  }
}

const names = new Map<string, string>();

/** Static shapes make few texts. */
function nameOf({ sql }: { readonly sql: string }): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = `t${names.size}`;
  names.set(sql, name);
  return name;
}
