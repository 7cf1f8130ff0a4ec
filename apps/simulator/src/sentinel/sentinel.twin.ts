import { type FastifyInstance, type FastifyRequest } from 'fastify';

import { AccountBook } from '../kit/account-book.js';
import { type Journal } from '../kit/journal.js';
import { ControlError, type PersonSummary, type Twin, type TwinServices } from '../kit/twin.js';
import { openVendorScope } from '../kit/vendor-scope.js';
import { registerSentinelDashboard } from './sentinel.dashboard.js';
import { SENTINEL_OUTCOMES, sentinelFinish, SentinelJourney } from './sentinel.journey.js';
import { UNKNOWN_STATUS } from './sentinel.lookup.js';
import { registerSentinelPages } from './sentinel.pages.js';
import { registerSentinelApi } from './sentinel.routes.js';
import { claimedAccount, invalidCredentials } from './sentinel.requests.js';
import { sentinelAccountInput, sentinelSwitches } from './sentinel.settings.js';
import { type PortalSession, SentinelAccount } from './sentinel.state.js';
import { rowView } from './sentinel.views.js';

/** Stands in for Sentinel, as far as providers/sentinel.md knows it. */
export class SentinelTwin implements Twin {
  readonly name = 'sentinel';
  readonly title = 'Sentinel';
  readonly basePath = '/sentinel';
  readonly outcomes = SENTINEL_OUTCOMES;
  readonly switchSchema = sentinelSwitches;
  readonly answerFaults = ['stale', 'wrong-person', 'unknown-value'] as const;
  readonly sendsWebhooks = true;
  readonly unknownValue = UNKNOWN_STATUS;
  readonly #services: TwinServices;
  readonly #strangers: Journal;
  readonly #journey: SentinelJourney;
  readonly #accounts = new AccountBook<SentinelAccount>();

  constructor(services: TwinServices, strangers: Journal) {
    this.#services = services;
    this.#strangers = strangers;
    this.#journey = new SentinelJourney(services);
  }

  putAccount(body: unknown): SentinelAccount {
    const input = sentinelAccountInput.parse(body);
    const id = input.clientUuid.toLowerCase();
    const account = this.#accounts.get(id) ?? new SentinelAccount(id, this.#services.wallClock);
    account.configure(input);
    this.#accounts.add(account);
    return account;
  }

  account(id: string): SentinelAccount | undefined {
    return this.#accounts.get(id.toLowerCase());
  }

  accounts(): readonly SentinelAccount[] {
    return this.#accounts.all();
  }

  forgetAccounts(): void {
    this.#accounts.clear();
  }

  people(accountId: string): readonly PersonSummary[] {
    const account = this.account(accountId);
    if (account === undefined) return [];
    return account.sessions.map((session) => summary(account, session));
  }

  finish(accountId: string, person: string, body: unknown): unknown {
    const account = this.account(accountId);
    const session = account?.session(person);
    if (account === undefined || session === undefined)
      throw new ControlError(404, `nobody holds a link as ${person}`);
    const customer = this.#journey.finish(account, session, sentinelFinish.parse(body));
    return {
      person: summary(account, session),
      customer: customer === null ? null : rowView(account, customer),
    };
  }

  clockMoved(accountId: string): void {
    const account = this.account(accountId);
    if (account !== undefined) this.#journey.runExpiryJob(account);
  }

  registerRoutes(app: FastifyInstance): void {
    app.register(
      (scope, _options, done) => {
        const claimed = (request: FastifyRequest): SentinelAccount | undefined =>
          claimedAccount((id) => this.account(id), request.body);
        const requests = openVendorScope(scope, {
          claimedAccount: claimed,
          // Both error shapes are documented: `errors` for what is wrong with a request, `message` otherwise (4).
          refusal: (status, message, request, bytes) => {
            const account = claimed(request) ?? this.#mentioned(bytes);
            return status === 400 && account?.switches.badRequestBody !== 'message'
              ? { errors: [{ message }] }
              : { message };
          },
          badCredentials: invalidCredentials,
          strangers: this.#strangers,
          now: () => new Date(this.#services.wallClock()),
        });
        registerSentinelApi(scope, {
          find: (id) => this.account(id),
          journey: this.#journey,
          services: this.#services,
          requests,
        });
        done();
      },
      { prefix: this.basePath },
    );
    app.register((scope, _options, done) => {
      registerSentinelPages(scope, { findSession: (token) => this.#session(token), journey: this.#journey });
      done();
    });
  }

  registerDashboard(app: FastifyInstance): void {
    registerSentinelDashboard(app, (id) => this.account(id), this.#journey);
  }

  /** Whose request this is where its JSON cannot be read. */
  #mentioned(bytes: string): SentinelAccount | undefined {
    return this.account(/"clientUuid"\s*:\s*"([^"]*)"/.exec(bytes)?.[1] ?? '');
  }

  #session(token: string): { account: SentinelAccount; session: PortalSession } | undefined {
    for (const account of this.#accounts.all()) {
      const session = account.sessions.find((candidate) => candidate.token === token);
      if (session !== undefined) return { account, session };
    }
    return undefined;
  }
}

function summary(account: SentinelAccount, session: PortalSession): PersonSummary {
  const customer = account.customer(session.customerUuid);
  return {
    id: session.id,
    state: account.isExpired(session) ? 'expired' : session.state,
    email: session.email,
    phone: session.phone,
    createdAt: session.createdAt.toISOString(),
    page: `/sentinel/portal?data=${encodeURIComponent(session.token)}`,
    documents: session.documents,
    customerUuid: session.customerUuid,
    status: customer?.status ?? null,
  };
}
