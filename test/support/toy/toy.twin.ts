import { createHmac } from 'node:crypto';

import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { AccountBook } from '../../../apps/simulator/src/kit/account-book.js';
import { accountOf, param } from '../../../apps/simulator/src/kit/control-scope.js';
import { acceptForms } from '../../../apps/simulator/src/kit/forms.js';
import { type Journal } from '../../../apps/simulator/src/kit/journal.js';
import {
  ControlError,
  type PersonSummary,
  type Twin,
  type TwinServices,
} from '../../../apps/simulator/src/kit/twin.js';
import { openVendorScope } from '../../../apps/simulator/src/kit/vendor-scope.js';
import { ToyAccount, toyAccountInput, type ToySession, toySwitches } from './toy.account.js';
import { registerToyApi, unauthorized } from './toy.routes.js';

const OUTCOMES = { pass: 'passed', fail: 'failed', review: 'looked-at', leave: 'open' } as const;
const outcomes = ['pass', 'fail', 'review', 'leave'] as const;
const finishBody = z.object({ outcome: z.enum(outcomes), expiresOn: z.iso.date().optional() });
const populateBody = z.object({ count: z.int().min(1), expiresOn: z.iso.date().optional() });

/** Stands in for a vendor that does not exist. What it does not do itself, the simulator does for every twin. */
export class ToyTwin implements Twin {
  readonly name = 'toy';
  readonly title = 'Toy';
  readonly basePath = '/toy';
  readonly outcomes = outcomes;
  readonly switchSchema = toySwitches;
  readonly answerFaults = [
    ...(['stale', 'wrong-person', 'unknown-value'] as const),
    ...(['bulk-strangers', 'bulk-gaps', 'gone'] as const),
  ];
  readonly sendsWebhooks = true;
  readonly unknownValue = 'shiny';
  readonly #accounts = new AccountBook<ToyAccount>();

  constructor(
    private readonly services: TwinServices,
    private readonly strangers: Journal,
  ) {}

  putAccount(body: unknown): ToyAccount {
    const input = toyAccountInput.parse(body);
    const account = this.account(input.apiKey) ?? new ToyAccount(input.apiKey, this.services.wallClock);
    account.configure(input);
    this.#accounts.add(account);
    return account;
  }

  account(id: string): ToyAccount | undefined {
    return this.#accounts.get(id);
  }

  accounts(): readonly ToyAccount[] {
    return this.#accounts.all();
  }

  forgetAccounts(): void {
    this.#accounts.clear();
  }

  people(accountId: string): readonly PersonSummary[] {
    return (this.account(accountId)?.sessions ?? []).map(({ id, record, email, phone, pages }) => ({
      ...{ id, state: record.state, email, phone, createdAt: record.changedAt.toISOString() },
      page: pages[0] === undefined ? null : `/toy/page/${pages[0].token}`,
    }));
  }

  finish(accountId: string, person: string, body: unknown): unknown {
    const account = this.account(accountId);
    const session = account?.find(person);
    if (account === undefined || session === undefined) throw new ControlError(404, 'nobody of that name');
    const { outcome, expiresOn } = finishBody.parse(body);
    if (outcome !== 'leave') this.#change(account, session, OUTCOMES[outcome], expiresOn);
    return {};
  }

  clockMoved(): void {
    // The age of a report is looked at when it is asked for.
  }

  registerRoutes(app: FastifyInstance): void {
    app.register(
      (scope, _options, done) => {
        const requests = openVendorScope(scope, {
          claimedAccount: (request) => this.#claimed(request),
          refusal: (_status, message) => ({ message }),
          badCredentials: unauthorized,
          strangers: this.strangers,
          now: () => new Date(this.services.wallClock()),
        });
        registerToyApi(scope, {
          claimedAccount: (request) => this.#claimed(request),
          requests,
          pageOf: (request, token) => `${this.services.origin(request)}/toy/page/${token}`,
          notify: (account, session) => {
            this.#notify(account, session);
          },
        });
        done();
      },
      { prefix: this.basePath },
    );
    app.register((scope, _options, done) => {
      this.#registerPage(scope);
      done();
    });
  }

  registerDashboard(app: FastifyInstance): void {
    const base = '/control/toy/:account';
    const whose = (request: FastifyRequest): ToyAccount => accountOf(request, (id) => this.account(id));

    app.post(`${base}/populate`, (request, reply) => {
      const { count, expiresOn } = populateBody.parse(request.body);
      const account = whose(request);
      for (let index = 1; index <= count; index += 1) {
        const number = account.sessions.length + 1;
        const contact = { email: `person-${number}@mail.test`, phone: `+1415666${1000 + number}` };
        const session = account.add(
          { reference: `old-${number}`, document: 'passport', ...contact },
          'passed',
        );
        session.expiresOn = expiresOn ?? session.expiresOn;
      }
      return reply.code(201).send({});
    });

    app.delete(`${base}/webhook`, (request, reply) => {
      whose(request).webhookUrl = null;
      return reply.code(204).send();
    });
  }

  /** The hosted page: the person passes or fails, and goes back where they came from. */
  #registerPage(app: FastifyInstance): void {
    acceptForms(app);
    app.get('/toy/page/:token', (request, reply) => {
      if (this.#opened(request) === undefined) return reply.code(404).send('');
      return reply
        .type('text/html')
        .send('<form method="post"><button name="outcome" value="pass">Pass</button></form>');
    });
    app.post('/toy/page/:token', (request, reply) => {
      const opened = this.#opened(request);
      if (opened === undefined) return reply.code(404).send('');
      const { outcome } = finishBody.parse(request.body);
      this.#change(opened.account, opened.session, OUTCOMES[outcome]);
      return reply.redirect(opened.returnUrl, 303);
    });
  }

  #opened(
    request: FastifyRequest,
  ): { account: ToyAccount; session: ToySession; returnUrl: string } | undefined {
    for (const account of this.accounts())
      for (const session of account.sessions)
        for (const { token, returnUrl } of session.pages)
          if (token === param(request, 'token')) return { account, session, returnUrl };
    return undefined;
  }

  #claimed(request: FastifyRequest): ToyAccount | undefined {
    return this.account((request.headers.authorization ?? '').replace(/^Bearer /u, ''));
  }

  #change(account: ToyAccount, session: ToySession, state: string, expiresOn = session.expiresOn): void {
    session.previous = session.record;
    // Two changes never share a time.
    const changedAt = Math.max(account.clock.now().getTime(), session.record.changedAt.getTime() + 1);
    session.record = { state, changedAt: new Date(changedAt) };
    session.expiresOn = expiresOn;
    this.#notify(account, session);
  }

  #notify(account: ToyAccount, { id, reference, record }: ToySession): void {
    const { webhookUrl: url, secret, switches } = account;
    if (url === null) return;
    const body = { event: 'session.changed', id, reference, ...record };
    this.services.webhooks.send(account, id, (form) => {
      const bytes = JSON.stringify(body, null, form === 'pretty' ? 2 : undefined);
      const proof = {
        usual: switches.signature,
        pretty: switches.signature,
        unsigned: 'missing',
        'wrong-signature': 'wrong',
      }[form];
      const key = proof === 'wrong' ? `${secret}-not` : secret;
      const signature = createHmac('sha256', key).update(bytes).digest('base64');
      return {
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          ...(proof !== 'missing' && { 'toy-signature': signature }),
        },
        body: bytes,
      };
    });
  }
}
