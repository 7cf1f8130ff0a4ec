import { type Database, type MasterKeys, type Statement } from '@gatehouse/platform';

/** For an operator who rotates the master key; reads all tenant keys. */
const PROGRESS: Statement = {
  name: 'tenant_keys_progress',
  text: `SELECT count(*) FILTER (WHERE master_key_id = $1)::int AS wrapped,
                count(*) FILTER (WHERE master_key_id <> $1)::int AS left
           FROM tenant_keys`,
};

export interface MasterKeyProgress {
  /** Of the current master key. */
  readonly masterKeyId: string;
  /** Tenant keys that it wraps. */
  readonly wrapped: number;
  /** Tenant keys that another one still wraps; at 0, that one is needed no more. */
  readonly left: number;
}

/** How far keys have come on their way from an old key to a new one. */
export class KeyProgress {
  constructor(
    private readonly database: Database,
    private readonly keys: MasterKeys,
  ) {}

  async masterKey(): Promise<MasterKeyProgress> {
    const masterKeyId = this.keys.current.id;
    const [counted] = await this.database.across.query<{ wrapped: number; left: number }>(PROGRESS, [
      masterKeyId,
    ]);
    return { masterKeyId, wrapped: counted?.wrapped ?? 0, left: counted?.left ?? 0 };
  }
}
