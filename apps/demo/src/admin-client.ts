import { StartError } from '@gatehouse/platform';

import { DEMO_SCOPES } from './demo-scopes.js';

/** Calls the admin API of the gateway beside us, as an operator would. */
export class AdminClient {
  constructor(
    private readonly origin: string,
    private readonly adminKey: string,
  ) {}

  /** The answer's JSON, or null for 404. Throws StartError for any other refusal. */
  async call(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
  ): Promise<Record<string, unknown> | null> {
    const answer = await fetch(this.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${this.adminKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.status === 404) return null;
    const json = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok)
      throw new StartError([`the demo could not be prepared: ${method} ${path}: ${String(json['code'])}`]);
    return json;
  }

  /** Whether a tenant's key of an earlier start may do everything that there is by now. */
  async mayAll(tenantKey: string): Promise<boolean> {
    const answer = await fetch(`${this.origin}/v1/me`, { headers: { authorization: `Bearer ${tenantKey}` } });
    if (!answer.ok) return false;
    const { scopes } = (await answer.json()) as { scopes: readonly string[] };
    return DEMO_SCOPES.every((scope) => scopes.includes(scope));
  }

  /** As {@link call}, for what has to be there. */
  async require(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
  ): Promise<Record<string, unknown>> {
    const json = await this.call(method, path, body);
    if (json === null) throw new StartError([`the demo could not be prepared: ${method} ${path}: not_found`]);
    return json;
  }
}
