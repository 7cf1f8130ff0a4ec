import { type FastifyInstance, type FastifyRequest } from 'fastify';

import { AccountBook } from '../kit/account-book.js';
import { type Journal } from '../kit/journal.js';
import { ControlError, type PersonSummary, type Twin, type TwinServices } from '../kit/twin.js';
import { openVendorScope } from '../kit/vendor-scope.js';
import { errorBody } from '../kit/error-body.js';
import { findEntity, registerSardineDashboard } from './sardine.dashboard.js';
import { SARDINE_OUTCOMES, sardineFinish, SardineJourney } from './sardine.journey.js';
import { UNKNOWN_LEVEL } from './sardine.lookup.js';
import { registerSardinePages } from './sardine.pages.js';
import { basicCredentials, registerSardineApi, unauthorized, widgetPath } from './sardine.routes.js';
import { sardineAccountInput, sardineSwitches } from './sardine.settings.js';
import { type Entity, SardineAccount, type Widget } from './sardine.state.js';

/** Stands in for Sardine's Universal Identity, as far as providers/sardine.md knows it. It sends no webhooks (7). */
export class SardineTwin implements Twin {
  readonly name = 'sardine';
  readonly title = 'Sardine';
  readonly basePath = '/sardine/v1';
  readonly outcomes = SARDINE_OUTCOMES;
  readonly switchSchema = sardineSwitches;
  readonly answerFaults = ['stale', 'wrong-person', 'unknown-value', 'revoked'] as const;
  readonly sendsWebhooks = false;
  readonly unknownValue = UNKNOWN_LEVEL;
  readonly #services: TwinServices;
  readonly #strangers: Journal;
  readonly #journey: SardineJourney;
  readonly #accounts = new AccountBook<SardineAccount>();

  constructor(services: TwinServices, strangers: Journal) {
    this.#services = services;
    this.#strangers = strangers;
    this.#journey = new SardineJourney(services);
  }

  putAccount(body: unknown): SardineAccount {
    const input = sardineAccountInput.parse(body);
    const account =
      this.#accounts.get(input.clientId) ?? new SardineAccount(input.clientId, this.#services.wallClock);
    account.configure(input);
    this.#accounts.add(account);
    return account;
  }

  account(id: string): SardineAccount | undefined {
    return this.#accounts.get(id);
  }

  accounts(): readonly SardineAccount[] {
    return this.#accounts.all();
  }

  forgetAccounts(): void {
    this.#accounts.clear();
  }

  people(accountId: string): readonly PersonSummary[] {
    return this.account(accountId)?.entities.map((entity) => summary(entity)) ?? [];
  }

  finish(accountId: string, person: string, body: unknown): unknown {
    const account = this.account(accountId);
    const entity = account === undefined ? undefined : findEntity(account, person);
    const [widget] = entity?.widgets ?? [];
    if (account === undefined || entity === undefined)
      throw new ControlError(404, `nobody known as ${person}`);
    if (widget === undefined) throw new ControlError(409, 'no widget was made for this person yet');
    if (widget.state !== 'open')
      throw new ControlError(409, `the newest widget is ${widget.state}; ask for a new one`);
    if (!this.#journey.finish(account, widget, sardineFinish.parse(body))) {
      throw new ControlError(409, 'nothing to share: name a partner with POST …/shareable first');
    }
    return { person: summary(entity) };
  }

  clockMoved(): void {
    // Everything timed here is compared with the clock when it is read.
  }

  registerRoutes(app: FastifyInstance): void {
    app.register(
      (scope, _options, done) => {
        const requests = openVendorScope(scope, {
          claimedAccount: (request) => this.#claimed(request),
          refusal: (status, message, request) =>
            errorBody(this.#claimed(request)?.switches.errorBody ?? 'message', status, message),
          badCredentials: (request) => unauthorized(this.#claimed(request)),
          strangers: this.#strangers,
          now: () => new Date(this.#services.wallClock()),
        });
        registerSardineApi(scope, {
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
      registerSardinePages(scope, {
        findWidget: (token) => this.#widget(token),
        findCustomer: (customerId) => this.#customer(customerId),
        journey: this.#journey,
      });
      done();
    });
  }

  registerDashboard(app: FastifyInstance): void {
    registerSardineDashboard(app, (id) => this.account(id));
  }

  #claimed(request: FastifyRequest): SardineAccount | undefined {
    const credentials = basicCredentials(request);
    return credentials === null ? undefined : this.account(credentials.clientId);
  }

  #customer(customerId: string): { account: SardineAccount; entity: Entity } | undefined {
    for (const account of this.#accounts.all()) {
      const entity = account.entity(customerId);
      if (entity !== undefined) return { account, entity };
    }
    return undefined;
  }

  #widget(token: string): { account: SardineAccount; widget: Widget } | undefined {
    for (const account of this.#accounts.all()) {
      for (const entity of account.entities) {
        const widget = entity.widgets.find((candidate) => candidate.token === token);
        if (widget !== undefined) return { account, widget };
      }
    }
    return undefined;
  }
}

function summary(entity: Entity): PersonSummary {
  const [widget] = entity.widgets;
  return {
    id: entity.customerId,
    state: widget?.state ?? 'no-widget',
    email: entity.email,
    phone: entity.phoneNumber,
    createdAt: entity.createdAt.toISOString(),
    page: widget?.state === 'open' ? widgetPath(widget) : null,
    level: entity.level,
    scopes: [...(entity.consent?.scopes ?? [])],
    consentedAt: entity.consent?.consentedAt.toISOString() ?? null,
    revokedAt: entity.consent?.revokedAt?.toISOString() ?? null,
  };
}
