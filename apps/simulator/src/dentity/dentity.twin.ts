import { type FastifyInstance, type FastifyRequest } from 'fastify';

import { AccountBook } from '../kit/account-book.js';
import { type Journal } from '../kit/journal.js';
import { ControlError, type PersonSummary, type Twin, type TwinServices } from '../kit/twin.js';
import { openVendorScope } from '../kit/vendor-scope.js';
import { errorBody } from '../kit/error-body.js';
import { bulkRequest } from './dentity.bulk.js';
import { badKey } from './dentity.create.js';
import { registerDentityDashboard } from './dentity.dashboard.js';
import { DENTITY_OUTCOMES, dentityFinish, DentityJourney, isExpired, isOpen } from './dentity.journey.js';
import { UNKNOWN_STATUS } from './dentity.lookup.js';
import { registerDentityPages } from './dentity.pages.js';
import { apiKeyOf, registerDentityApi } from './dentity.routes.js';
import { dentityAccountInput, dentitySwitches } from './dentity.settings.js';
import { DentityAccount, type Verification } from './dentity.state.js';

interface Placed {
  readonly account: DentityAccount;
  readonly verification: Verification;
}

/** Stands in for Dentity's server API, as far as providers/dentity.md knows it. */
export class DentityTwin implements Twin {
  readonly name = 'dentity';
  readonly title = 'Dentity';
  readonly basePath = '/dentity/core/api/v1';
  readonly outcomes = DENTITY_OUTCOMES;
  readonly switchSchema = dentitySwitches;
  readonly answerFaults = [
    'stale',
    'wrong-person',
    'unknown-value',
    'bulk-strangers',
    'bulk-gaps',
    'gone',
  ] as const;
  readonly sendsWebhooks = true;
  readonly unknownValue = UNKNOWN_STATUS;
  readonly #services: TwinServices;
  readonly #strangers: Journal;
  readonly #journey: DentityJourney;
  readonly #accounts = new AccountBook<DentityAccount>();

  constructor(services: TwinServices, strangers: Journal) {
    this.#services = services;
    this.#strangers = strangers;
    this.#journey = new DentityJourney(services);
  }

  putAccount(body: unknown): DentityAccount {
    const input = dentityAccountInput.parse(body);
    const account =
      this.#accounts.get(input.apiKey) ?? new DentityAccount(input.apiKey, this.#services.wallClock);
    account.configure(input);
    this.#accounts.add(account);
    return account;
  }

  account(id: string): DentityAccount | undefined {
    return this.#accounts.get(id);
  }

  accounts(): readonly DentityAccount[] {
    return this.#accounts.all();
  }

  forgetAccounts(): void {
    this.#accounts.clear();
  }

  people(accountId: string): readonly PersonSummary[] {
    return this.account(accountId)?.verifications.map((verification) => summary(verification)) ?? [];
  }

  finish(accountId: string, person: string, body: unknown): unknown {
    const account = this.account(accountId);
    const verification = account?.find(person);
    if (account === undefined || verification === undefined) {
      throw new ControlError(404, `no verification known as ${person}`);
    }
    const { outcome } = dentityFinish.parse(body);
    if (isExpired(account, verification)) throw new ControlError(409, 'the link has expired');
    if (!isOpen(account, verification))
      throw new ControlError(409, `this verification is ${verification.status}`);
    this.#journey.finish(account, verification, outcome);
    return { person: summary(verification) };
  }

  clockMoved(): void {
    // PDF and image windows are compared with the clock when they are asked for.
  }

  registerRoutes(app: FastifyInstance): void {
    app.register(
      (scope, _options, done) => {
        const requests = openVendorScope(scope, {
          claimedAccount: (request) => this.#claimed(request),
          refusal: (status, message, request) =>
            errorBody(this.#claimed(request)?.switches.errorBody ?? 'message', status, message),
          badCredentials: (request) => badKey(this.#claimed(request)),
          strangers: this.#strangers,
          now: () => new Date(this.#services.wallClock()),
        });
        registerDentityApi(scope, {
          claimedAccount: (request) => this.#claimed(request),
          journey: this.#journey,
          services: this.#services,
          requests,
        });
        done();
      },
      { prefix: this.basePath },
    );
    app.register((scope, _options, done) => {
      registerDentityPages(scope, {
        findLink: (token) => this.#find((verification) => verification.token === token),
        findVerification: (id) => this.#find((verification) => verification.id === id),
        outbox: () => this.#placed().sort(newestFirst),
        journey: this.#journey,
      });
      done();
    });
  }

  registerDashboard(app: FastifyInstance): void {
    registerDentityDashboard(app, (id) => this.account(id), this.#journey);
  }

  /** By the API key; a bulk read without one by whose ids it asks for, where the account's switch allows it (3, 4.4). */
  #claimed(request: FastifyRequest): DentityAccount | undefined {
    const apiKey = apiKeyOf(request);
    if (apiKey !== '' || !/\/programmatic\/credential\/bulk(?:\?|$)/.test(request.url))
      return this.account(apiKey);
    const ids = bulkRequest.safeParse(request.body).data?.verificationIds ?? [];
    return this.#placed().find(
      ({ account, verification }) => !account.switches.bulkNeedsKey && ids.includes(verification.id),
    )?.account;
  }

  #placed(): Placed[] {
    return this.#accounts
      .all()
      .flatMap((account) => account.verifications.map((verification) => ({ account, verification })));
  }

  #find(matches: (verification: Verification) => boolean): Placed | undefined {
    return this.#placed().find(({ verification }) => matches(verification));
  }
}

function newestFirst(one: Placed, other: Placed): number {
  return other.verification.createdAt.getTime() - one.verification.createdAt.getTime();
}

function summary(verification: Verification): PersonSummary {
  return {
    id: verification.id,
    state: verification.status === 'pending' && verification.walkedAway ? 'walked-away' : verification.status,
    email: verification.email,
    phone: verification.phone,
    createdAt: verification.createdAt.toISOString(),
    page: `/dentity/idv/${verification.token}`,
    smsStatus: verification.smsStatus,
    emailEvents: verification.emailEvents,
    metadata: verification.metadata,
  };
}
