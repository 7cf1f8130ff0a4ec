import { type Runtime } from './attempts.js';
import { type CallOptions, type Calls } from './calls.js';
import { type CreateVerification, type Verification } from './schemas.js';

export interface WaitOptions extends Pick<CallOptions, 'signal'> {
  /** Absent: until neither the person nor the provider is still at work. */
  readonly until?: ((verification: Verification) => boolean) | undefined;
}

/** What nearly every caller does. */
export interface Verifications {
  /** Begins a verification; `action` is what the person has to do next. */
  create(verification: CreateVerification, options?: CallOptions): Promise<Verification>;
  /** As the gateway has it; no provider is called. */
  get(id: string, options?: CallOptions): Promise<Verification>;
  /**
   * Reads the verification now and then until it is settled, and resolves with it. People take minutes or days: for programs
   * that run long, webhooks and the event feed are made. Without a signal it ends at the latest when the verification expires.
   */
  wait(id: string, options?: WaitOptions): Promise<Verification>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export function verificationsOf(calls: Calls, runtime: Pick<Runtime, 'pause'>): Verifications {
  const get: Verifications['get'] = async (id, options) => {
    const { data } = await calls.GET('/v1/verifications/{id}', { ...options, params: { path: { id } } });
    return data;
  };
  return {
    get,
    async create(body, options) {
      const { data } = await calls.POST('/v1/verifications', { ...options, body });
      return data;
    },
    async wait(id, { until = isSettled, signal } = {}) {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
        const verification = await get(id, { signal });
        if (until(verification)) return verification;
        await runtime.pause(pauseMs, signal);
      }
    },
  };
}

/** Whether the person and the provider are done with it. One that needs review waits for you, and may take as long as you do. */
export function isSettled({ status }: Pick<Verification, 'status'>): boolean {
  return status !== 'requires_input' && status !== 'processing';
}
