import { z } from 'zod';

/** A planned misbehaviour, as the simulator's control API takes it (apps/simulator/README.md). */
export type TwinFault = Readonly<Record<string, unknown>> & { readonly on: 'request' | 'webhook' };

const account = z.object({ id: z.string(), baseUrl: z.string() });
const list = z.object({ data: z.array(z.unknown()) });
const requests = z.object({
  data: z.array(z.object({ method: z.string(), path: z.string(), body: z.string() })),
});
export type TwinRequest = z.output<typeof requests>['data'][number];
const webhooks = z.object({ data: z.array(z.object({ state: z.string() })) });

/** One account at a vendor's twin, acted on through the simulator's control API over HTTP. */
export class TwinAccount {
  private constructor(
    private readonly origin: string,
    private readonly path: string,
    /** What a connection's `baseUrl` is. */
    readonly baseUrl: string,
  ) {}

  static async make(origin: string, provider: string, body: unknown): Promise<TwinAccount> {
    const made = account.parse(await send(origin, 'PUT', `/control/accounts/${provider}`, body));
    return new TwinAccount(origin, `/control/${provider}/${encodeURIComponent(made.id)}`, made.baseUrl);
  }

  /** Acts as the person, who is named by id, e-mail or phone. */
  finish(person: string, body: unknown): Promise<unknown> {
    return this.post(`/people/${encodeURIComponent(person)}/finish`, body);
  }

  post(path: string, body: unknown): Promise<unknown> {
    return send(this.origin, 'POST', this.path + path, body);
  }

  delete(path: string): Promise<unknown> {
    return send(this.origin, 'DELETE', this.path + path);
  }

  get(path: string): Promise<unknown> {
    return send(this.origin, 'GET', this.path + path);
  }

  /** How many the twin lists there. */
  async count(path: string): Promise<number> {
    return list.parse(await this.get(path)).data.length;
  }

  changeSwitches(switches: Readonly<Record<string, unknown>>): Promise<unknown> {
    return send(this.origin, 'PATCH', `${this.path}/switches`, switches);
  }

  plan(fault: TwinFault): Promise<unknown> {
    return this.post('/faults', fault);
  }

  advanceClock(seconds: number): Promise<unknown> {
    return this.post('/clock', { advanceSeconds: seconds });
  }

  /** The requests that have reached the twin whose path has this in it. */
  async requestsTo(path: string): Promise<readonly TwinRequest[]> {
    const seen = requests.parse(await this.get('/requests'));
    return seen.data.filter((request) => request.path.includes(path));
  }

  /** What became of the webhooks so far: `answered`, `lost` and so on. */
  async fatesOfWebhooks(): Promise<readonly string[]> {
    return webhooks.parse(await this.get('/webhooks')).data.map(({ state }) => state);
  }
}

async function send(origin: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(origin + path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}
