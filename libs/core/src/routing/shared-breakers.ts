import { type ProviderFault } from '@gatehouse/contract';
import { type Clock, type Database, type Statement } from '@gatehouse/platform';

/** Where replicas tell each other which connections are failing. */
export interface BreakerNotices {
  opened(
    place: { readonly tenantId: string; readonly id: string },
    fault: ProviderFault,
    openUntil: Date,
  ): Promise<unknown>;
  closed(place: { readonly tenantId: string; readonly id: string }): Promise<unknown>;
}

const OPENED: Statement = {
  name: 'connection_breakers_opened',
  text: `INSERT INTO connection_breakers (tenant_id, connection_id, fault, open_until, updated_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, connection_id) DO UPDATE SET fault = $3, open_until = $4, updated_at = $5`,
};
const CLOSED: Statement = {
  name: 'connection_breakers_closed',
  text: 'DELETE FROM connection_breakers WHERE tenant_id = $1 AND connection_id = $2',
};

/** In the database, from where each replica's routing board reads them. */
export class SharedBreakers implements BreakerNotices {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  opened(
    { tenantId, id }: { readonly tenantId: string; readonly id: string },
    fault: ProviderFault,
    openUntil: Date,
  ): Promise<unknown> {
    return this.database
      .within({ tenantId })
      .query(OPENED, [tenantId, id, fault, openUntil, this.clock.now()]);
  }

  closed({ tenantId, id }: { readonly tenantId: string; readonly id: string }): Promise<unknown> {
    return this.database.within({ tenantId }).query(CLOSED, [tenantId, id]);
  }
}
