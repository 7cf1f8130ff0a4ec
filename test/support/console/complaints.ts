import { type BrowserContext, type ConsoleMessage, type Request, type Response } from 'playwright-core';

/** A failure that a test brings about on purpose. */
export interface ExpectedFailure {
  /** Of the answer; 0 for no answer at all. */
  readonly status: number;
  /** What the path contains; absent: every path. */
  readonly path?: string;
}

/** Chromium's word for each failed request, which is heard of here by its answer. */
const FAILED_REQUEST = /^Failed to load resource:/;

/** Runs in the page, whose globals are not Node's: hence as text. */
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  void gatehouseViolation(effectiveDirective, blockedURI);
})`;

/**
 * Everything that a browser has to complain of while a test looks at something else: errors on its console and in scripts, what the
 * Content-Security-Policy forbade, requests that failed, requests to other machines.
 */
export class Complaints {
  #found: string[] = [];
  readonly #expectedViolations = new Set<string>();
  readonly #expected: ExpectedFailure[] = [];

  private constructor(private readonly origin: string) {}

  /** Of every page of the context, also of those that pages open. `origin`: whose failed requests count. */
  static async about(context: BrowserContext, origin: string): Promise<Complaints> {
    const complaints = new Complaints(origin);
    await context.exposeBinding('gatehouseViolation', (_source, directive: string, blocked: string) => {
      if (!complaints.#expectedViolations.has(directive))
        complaints.#found.push(`the policy's ${directive} forbade ${blocked}`);
    });
    await context.addInitScript(TELL_VIOLATIONS);
    context.on('console', (message) => {
      complaints.#onConsole(message);
    });
    context.on('weberror', (error) => {
      complaints.#found.push(`a script failed: ${String(error.error().stack ?? error.error())}`);
    });
    context.on('request', (request) => {
      complaints.#onRequest(request);
    });
    context.on('response', (response) => {
      complaints.#onResponse(response);
    });
    context.on('requestfailed', (request) => {
      complaints.#onFailed(request);
    });
    return complaints;
  }

  expect(failure: ExpectedFailure): void {
    this.#expected.push(failure);
  }

  /** `directive`: the one of the policy that the test breaks on purpose. */
  expectViolation(directive: string): void {
    this.#expectedViolations.add(directive);
  }

  /** Those since the last time that nobody expected, in words. */
  take(): readonly string[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #onConsole(message: ConsoleMessage): void {
    const said = message.text();
    if (!['error', 'warning'].includes(message.type()) || FAILED_REQUEST.test(said)) return;
    if (this.#expectedViolations.size > 0 && said.includes('Content Security Policy')) return;
    this.#found.push(`the console says (${message.type()}): ${said}`);
  }

  #onRequest(request: Request): void {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1')
      this.#found.push(`something was asked of ${hostname}`);
  }

  #onResponse(response: Response): void {
    if (response.status() >= 400) this.#onFailure(response.request(), response.status());
  }

  #onFailed(request: Request): void {
    // Nobody waits for it any more: another page was opened, or a query was given up.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') this.#onFailure(request, 0);
  }

  #onFailure(request: Request, status: number): void {
    const { origin, pathname } = new URL(request.url());
    if (origin !== this.origin) return;
    const isExpected = this.#expected.some(
      (failure) => failure.status === status && pathname.includes(failure.path ?? ''),
    );
    if (!isExpected) this.#found.push(`${request.method()} ${pathname} was answered ${status}`);
  }
}
