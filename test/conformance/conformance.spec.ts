import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import {
  capabilitiesOf,
  FAULTS,
  type Action,
  type Provider,
  type ProviderError,
  type ProviderFault,
  type Reading,
} from '@gatehouse/contract';
import { afterAll, describe, expect, it } from '@jest/globals';

import { createSimulator } from '../../apps/simulator/src/simulator.js';
import { refusalOf } from '../support/conformance/failures.js';
import { HARNESSES } from '../support/conformance/harnesses.js';
import { ProviderAtTwin } from '../support/conformance/provider-at-twin.js';
import { openRegistry } from '../support/conformance/registry.js';
import { complaintsAbout, identityShape, observationShape } from '../support/conformance/shapes.js';
import { WebhookCatcher } from '../support/conformance/webhook-catcher.js';
import { eventually, present } from '../support/eventually.js';

const DAY_SECONDS = 86_400;
/** More often than any call is tried. */
const ALWAYS = 1000;
const SHORT_ATTEMPT_MS = 150;

// Before the tests are declared, because what is registered decides which there are.
const { app: simulator } = createSimulator();
const surroundings = {
  simulator: await simulator.listen({ host: '127.0.0.1', port: 0 }),
  catcher: await WebhookCatcher.open(),
};
const ordinary = await openRegistry();
const impatient = await openRegistry({ attemptMs: SHORT_ATTEMPT_MS });

afterAll(async () => {
  await Promise.all([ordinary.close(), impatient.close()]);
  await simulator.close();
  await surroundings.catcher.close();
});

type Outcome = Pick<ProviderError, 'fault' | 'effect'>;

interface Breakage {
  readonly what: string;
  readonly plan: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly fault: ProviderFault;
  /** The vendor said that it did nothing. */
  readonly isRefusal: boolean;
}

const BREAKAGES: readonly Breakage[] = [
  { what: 'answers 503', plan: { kind: 'status', status: 503 }, fault: 'unavailable', isRefusal: false },
  { what: 'answers 429', plan: { kind: 'status', status: 429 }, fault: 'rate_limited', isRefusal: true },
  { what: 'answers 418', plan: { kind: 'status', status: 418 }, fault: 'invalid_request', isRefusal: true },
  { what: 'answers with a page', plan: { kind: 'html' }, fault: 'contract', isRefusal: false },
  { what: 'answers with half of its JSON', plan: { kind: 'truncate' }, fault: 'contract', isRefusal: false },
  { what: 'cuts the connection', plan: { kind: 'reset' }, fault: 'unavailable', isRefusal: false },
  { what: 'never answers', plan: { kind: 'hang' }, fault: 'timeout', isRefusal: false },
];

const conforming = ordinary.registry.all().flatMap((provider) => {
  const harness = HARNESSES.find((candidate) => candidate.provider === provider.name);
  return harness === undefined ? [] : [{ name: provider.name, provider, harness }];
});

it('has a harness for every registered provider, and for no other', () => {
  const registered = ordinary.registry.all().map((provider) => provider.name);
  expect(HARNESSES.map((harness) => harness.provider).toSorted()).toEqual(registered.toSorted());
});

describe.each(conforming)('$name', ({ name, provider, harness }) => {
  const open = (using: Provider = provider): Promise<ProviderAtTwin> =>
    ProviderAtTwin.open(using, harness, surroundings);

  it('can do what the matrix of capabilities says', () => {
    expect(capabilitiesOf(provider)).toEqual(harness.capabilities);
    expect(provider.webhookMethods !== undefined).toBe(provider.receive !== undefined);
  });

  it('calls no address but the one in its settings', async () => {
    const at = await open();
    expect(provider.endpoints(at.connection().settings)).toEqual([at.vendor.twin.baseUrl]);
  });

  describe('a verification', () => {
    it('begins with something for the person to do and a handle that the adapter takes back', async () => {
      const at = await open();
      const started = await at.start();
      expect(started.action).toEqual(
        provider.supports.redirect
          ? { type: 'redirect', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/u), expiresAt: null }
          : { type: 'sms', to: at.vendor.request.subject.phone },
      );
      expect(at.stored(started.handle)).toEqual(started.handle);
      const remembered = JSON.stringify([started.handle, started.reference, started.action]);
      expect(at.vendor.secrets.filter((secret) => remembered.includes(secret))).toEqual([]);
    });

    it('is not verified before the person did anything', async () => {
      const at = await open();
      const { handle } = await at.start();
      expect(['absent', 'requires_input']).toContain(outcomeOf(await at.read(handle)));
    });

    it("is verified once the person has passed, with a reference and the vendor's own word", async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.approve();
      const reading = presentReading(await at.read(handle));
      expect(reading.observation.verdict).toBe('verified');
      expect(reading.observation.rawStatus).toMatch(/\S/u);
      expect(reading.reference).toMatch(/\S/u);
    });

    it('gives a complete identity of that very person, in normalised forms', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.approve();
      const { identity, observation } = presentReading(await at.read(handle));
      expect(complaintsAbout(identityShape, identity)).toEqual([]);
      expect(complaintsAbout(observationShape, observation)).toEqual([]);
      expect(identity?.person).toMatchObject({
        phone: at.vendor.request.subject.phone,
        fullName: expect.stringMatching(/\S \S/u),
        dateOfBirth: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/u),
      });
    });

    it('reads the same again with what it was told to remember', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.approve();
      const first = presentReading(await at.read(handle));
      expect(await at.read({ ...handle, ...first.handlePatch })).toEqual(first);
    });

    it('is never verified after the person has failed', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.reject();
      expect(outcomeOf(await at.read(handle))).toBe(harness.rejection);
    });

    if (harness.review !== undefined)
      it('needs review when the vendor leaves it to a human', async () => {
        const at = await open();
        const { handle } = await at.start();
        await harness.review?.(at.vendor.twin);
        expect(outcomeOf(await at.read(handle))).toBe('needs_review');
      });

    it('needs review when the vendor says something that nobody has mapped', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.meetUnmapped();
      const { observation } = presentReading(await at.read(handle));
      expect(observation.verdict).toBe('needs_review');
      expect(observation.reasonCodes).toContain(harness.unmapped);
    });

    if (harness.answerWithStranger !== undefined)
      it('uses nothing of an answer about somebody else', async () => {
        const at = await open();
        const { handle } = await at.start();
        await at.vendor.approve();
        await harness.answerWithStranger?.(at.vendor.twin);
        expect(await at.read(handle)).toEqual({ kind: 'foreign' });
      });

    it('is not verified by what the same person did for an earlier one, but by what they do for this', async () => {
      const at = await open();
      await verifyEarlier(at);
      const { handle } = await at.start({ reuse: 'never' });
      expect(['absent', 'requires_input']).toContain(outcomeOf(await at.read(handle)));
      await at.vendor.approve();
      expect(outcomeOf(await at.read(handle))).toBe('verified');
    });

    if (provider.supports.reuse)
      it('is not verified by an earlier one, without the person, even where the caller allows reuse', async () => {
        const at = await open();
        await verifyEarlier(at);
        const { handle } = await at.start({ reuse: 'allow' });
        expect(['absent', 'requires_input']).toContain(outcomeOf(await at.read(handle)));
      });
  });

  describe('with credentials that the vendor refuses', () => {
    it('says so when it begins and when it reads, and nothing has happened to the person', async () => {
      const at = await open();
      const { handle } = await at.start();
      const before = await at.vendor.countAtVendor();
      const refused = at.connection({ credentials: at.vendor.wrongCredentials });
      const expected = { fault: 'credentials', effect: 'none' };
      expect(await at.failure(at.start({}, refused))).toMatchObject(expected);
      expect(await at.failure(at.read(handle, refused))).toMatchObject(expected);
      expect(await at.vendor.countAtVendor()).toBe(before);
    });

    it('is found out by a check, which is content with the right ones', async () => {
      const at = await open();
      const right = await at.check();
      expect(right.filter(({ ok }) => !ok)).toEqual([]);
      const wrong = await at.check(at.connection({ credentials: at.vendor.wrongCredentials }));
      expect(wrong.filter(({ ok }) => !ok)).toEqual([
        { ok: false, what: expect.any(String), detail: 'The provider refused the credentials.' },
      ]);
      expect(at.leaksIn(JSON.stringify([right, wrong]))).toEqual([]);
    });
  });

  describe('when the vendor', () => {
    it.each(BREAKAGES)(
      '$what, it fails as $fault and knows what may have happened',
      async ({ plan, fault, isRefusal }) => {
        const using = plan.kind === 'hang' ? present(impatient.registry.get(name), name) : provider;
        const [reading, ...starts] = await Promise.all([
          brokenRead(using, plan),
          ...harness.start.paths.map((path) => brokenStart(using, path, plan)),
        ]);
        const effect = isRefusal ? 'none' : harness.start.effect;
        expect(starts).toEqual(
          starts.map(() => ({ fault, effect, isSentAgain: effect === 'none' && isRetried(fault) })),
        );
        expect(reading).toEqual({ fault, effect: 'none' });
      },
    );

    it('cannot be reached, nothing can have happened', async () => {
      const at = await open();
      const { handle } = await at.start();
      const nowhere = at.connection({ baseUrl: `http://127.0.0.1:${await closedPort()}` });
      const [start, reading, findings] = await Promise.all([
        at.failure(at.start({}, nowhere)),
        at.failure(at.read(handle, nowhere)),
        at.check(nowhere),
      ]);
      const expected = { fault: 'unavailable', effect: 'none' };
      expect([start, reading].map(outcomeOfFailure)).toEqual([expected, expected]);
      expect(findings.map(({ ok }) => ok)).toContain(false);
      expect(findings.map(({ detail }) => detail).join(' ')).not.toMatch(/refused the credentials/u);
    });

    it('stumbles once, a read gets over it', async () => {
      const at = await open();
      const { handle } = await at.start();
      await at.vendor.approve();
      await at.vendor.twin.plan({ on: 'request', kind: 'reset', path: harness.readPath });
      expect(outcomeOf(await at.read(handle))).toBe('verified');
    });

    it('loses the answer to a start, the person is not asked twice', async () => {
      const at = await open();
      await at.vendor.loseAnswerOfStart();
      const first = await at.start().catch((error: unknown) => error);
      // Absent exactly where repeating could reach the person a second time.
      expect(provider.resume === undefined).toBe(harness.start.effect === 'unknown');
      if (provider.resume === undefined) expect(first).toMatchObject({ effect: 'unknown' });
      else await at.resume();
      await at.vendor.approve();
      expect(await at.vendor.countAtVendor()).toBe(1);
    });
  });

  if (provider.resume !== undefined)
    describe('a start that is resumed', () => {
      it('doubles nothing at the vendor and ends as the first would have', async () => {
        const at = await open();
        await at.start();
        const { handle } = await at.resume();
        await at.vendor.approve();
        expect(outcomeOf(await at.read(handle))).toBe('verified');
        expect(await at.vendor.countAtVendor()).toBe(1);
      });
    });

  if (provider.renewLink !== undefined)
    describe('a renewed link', () => {
      it('opens, after the first was used, and leads to the same verification', async () => {
        const at = await open();
        const first = await at.start();
        expect(await statusOfPage(first.action)).toBe(200);
        const renewed = await at.renewLink(first.handle);
        expect(renewed.action).not.toEqual(first.action);
        expect(await statusOfPage(renewed.action)).toBe(200);
        await at.vendor.approve();
        expect(outcomeOf(await at.read(renewed.handle))).toBe('verified');
        expect(await at.vendor.countAtVendor()).toBe(1);
      });

      it('does not make us forget what the person did before', async () => {
        const at = await open();
        const { handle } = await at.start();
        await at.vendor.approve();
        await at.vendor.twin.advanceClock(DAY_SECONDS);
        const renewed = await at.renewLink(handle);
        expect(outcomeOf(await at.read(renewed.handle))).toBe('verified');
      });
    });

  if (provider.receive !== undefined)
    describe('a webhook', () => {
      it('is taken as the vendor sends it, with what it says of the verdict', async () => {
        const at = await open();
        const { handle } = await at.start();
        await at.vendor.approve();
        const { signal, webhook } = await eventually(() => at.arrivedVerdict('verified'));
        expect(provider.webhookMethods).toContain(webhook.method);
        expect(complaintsAbout(observationShape, signal.observation)).toEqual([]);
        const reading = presentReading(await at.read({ ...handle, ...signal.handlePatch }));
        expect(reading).toMatchObject({
          reference: signal.reference,
          observation: { verdict: 'verified', rawStatus: signal.observation.rawStatus },
        });
      });

      it('names its verification in a way that we knew before it came', async () => {
        const at = await open();
        const started = await at.start();
        await at.vendor.approve();
        const { signal } = await eventually(() => at.arrivedVerdict('verified'));
        const { verificationId, reference, emails, phones } = signal.correlation;
        const { email, phone } = at.vendor.request.subject;
        const ways = {
          id: verificationId === at.vendor.request.verificationId,
          reference: reference !== null && reference === started.reference,
          contact: emails.some((each) => each === email) || phones.some((each) => each === phone),
        };
        expect(Object.values(ways)).toContain(true);
      });

      if (provider.resume === undefined)
        it('is enough to find a verification whose start never answered', async () => {
          const at = await open();
          await at.vendor.loseAnswerOfStart();
          await at.failure(at.start());
          await at.vendor.approve();
          const { signal } = await eventually(() => at.arrivedVerdict('verified'));
          expect(signal.correlation.verificationId).toBe(at.vendor.request.verificationId);
          expect(outcomeOf(await at.read(signal.handlePatch))).toBe('verified');
        });

      it('has the same key when it is repeated, and another when it says something else', async () => {
        const at = await open();
        await at.vendor.twin.plan({ on: 'webhook', kind: 'twice', times: ALWAYS });
        await at.start();
        await at.vendor.approve();
        const keys = await eventually(() => {
          at.arrivedVerdict('verified');
          const arrived = at.arrived().map((webhook) => at.receive(webhook).dedupKey);
          expect(arrived.length).toBeGreaterThanOrEqual(4);
          expect(arrived.length % 2).toBe(0);
          return arrived;
        });
        expect(keys.filter((key) => keys.filter((other) => other === key).length !== 2)).toEqual([]);
      });

      it('leaves evidence without a secret, an image or the address of one', async () => {
        const at = await open();
        await at.start();
        await at.vendor.approve();
        const { signal, webhook } = await eventually(() => at.arrivedVerdict('verified'));
        const { sensitive } = present(at.vendor.webhooks, 'webhook');
        const sent = Buffer.from(webhook.body).toString();
        const kept = JSON.stringify(signal.evidence);
        expect(sensitive.filter((pattern) => !pattern.test(sent))).toEqual([]);
        expect(sensitive.filter((pattern) => pattern.test(kept))).toEqual([]);
        expect(at.vendor.secrets.filter((secret) => JSON.stringify(signal).includes(secret))).toEqual([]);
        expect(kept).not.toMatch(/data:image/u);
        expect(kept).toContain(present(signal.reference, 'reference'));
      });

      it('is refused when anything of its proof is missing or wrong', async () => {
        const at = await open();
        await at.start();
        await at.vendor.approve();
        const { webhook } = await eventually(() => at.arrivedVerdict('verified'));
        const facts = present(at.vendor.webhooks, 'webhook');
        const kinds = Object.entries(facts.forgeries(webhook)).map(([what, forged]) => {
          expect({ what, forged }).not.toEqual({ what, forged: webhook });
          return [what, refusalOf(() => at.receive(forged)).kind];
        });
        expect(kinds).toEqual(kinds.map(([what]) => [what, 'unauthentic']));
      });

      it("is refused when made with another customer's secret, or while we have none", async () => {
        const at = await open();
        await at.start();
        await at.vendor.approve();
        const { webhook } = await eventually(() => at.arrivedVerdict('verified'));
        const { otherSecret, noSecret } = present(at.vendor.webhooks, 'webhook');
        const other = refusalOf(() => at.receive(webhook, otherSecret));
        const none = refusalOf(() => at.receive(webhook, noSecret));
        expect([other.kind, none.kind]).toEqual(['unauthentic', 'unconfigured']);
        expect(at.leaksIn(`${other.message} ${none.message}`)).toEqual([]);
      });

      it('is refused when the vendor itself sends it without a proof', async () => {
        const { badSwitches } = present((await open()).vendor.webhooks, 'webhook');
        expect(badSwitches.length).toBeGreaterThan(0);
        for (const switches of badSwitches) {
          const at = await open();
          await at.vendor.twin.changeSwitches(switches);
          await at.start();
          await at.vendor.approve();
          await eventually(() => {
            expect(at.arrived().length).toBeGreaterThan(0);
          });
          const kinds = at.arrived().map((webhook) => refusalOf(() => at.receive(webhook)).kind);
          expect([...new Set(kinds)]).toEqual(['unauthentic']);
        }
      });

      it.each([
        ['nothing', Buffer.from('')],
        ['no JSON', Buffer.from('<html></html>')],
        ['half of a body', Buffer.from('{"_id": "1", "passphrase": ')],
        ['a number', Buffer.from('1')],
        ['null', Buffer.from('null')],
        ['a list', Buffer.from('[[[[]]]]')],
        ['a depth without end', Buffer.from('['.repeat(200_000))],
        ['bytes that are no text', Buffer.from([0x22, 0xff, 0xfe, 0x00, 0x22])],
        ['a member that every object has', Buffer.from('{"__proto__": {"passphrase": "x"}}')],
      ])('is refused, and breaks nothing, when it holds %s', async (_what, body) => {
        const at = await open();
        const methods = present(provider.webhookMethods, 'method');
        for (const method of [...methods, 'GET'])
          expect(refusalOf(() => at.receive({ method, headers: {}, body })).kind).toMatch(
            /^(?:unauthentic|malformed)$/u,
          );
      });
    });

  async function brokenStart(
    using: Provider,
    path: string,
    plan: Breakage['plan'],
  ): Promise<Outcome & { readonly isSentAgain: boolean }> {
    const at = await open(using);
    await misbehave(at, path, plan);
    const outcome = outcomeOfFailure(await at.failure(at.start()));
    return { ...outcome, isSentAgain: (await at.vendor.twin.requestsTo(path)) > 1 };
  }

  async function brokenRead(using: Provider, plan: Breakage['plan']): Promise<Outcome> {
    const at = await open(using);
    const { handle } = await at.start();
    await at.vendor.approve();
    await misbehave(at, harness.readPath, plan);
    return outcomeOfFailure(await at.failure(at.read(handle)));
  }
});

/** From now on. A status comes with everything that we sent, as from a vendor that echoes. */
async function misbehave(at: ProviderAtTwin, path: string, plan: Breakage['plan']): Promise<void> {
  const echo = { message: at.unspeakable().join(' '), errors: [{ message: at.unspeakable().join(' ') }] };
  await at.vendor.twin.plan({
    on: 'request',
    path,
    times: ALWAYS,
    ...plan,
    ...(plan.kind === 'status' ? { body: JSON.stringify(echo) } : {}),
  });
}

/** Somebody was verified here a day ago. */
async function verifyEarlier(at: ProviderAtTwin): Promise<void> {
  const { handle } = await at.start();
  await at.vendor.approve();
  expect(outcomeOf(await at.read(handle))).toBe('verified');
  await at.vendor.twin.advanceClock(DAY_SECONDS);
}

function outcomeOf(reading: Reading): string {
  return reading.kind === 'present' ? (reading.observation.verdict ?? 'no verdict') : reading.kind;
}

function presentReading(reading: Reading): Extract<Reading, { kind: 'present' }> {
  if (reading.kind !== 'present') throw new Error(`The reading is ${reading.kind}`);
  return reading;
}

function outcomeOfFailure({ fault, effect }: ProviderError): Outcome {
  return { fault, effect };
}

/** What is tried again at once, if it may be repeated at all. */
function isRetried(fault: ProviderFault): boolean {
  return FAULTS[fault].retryable && FAULTS[fault].breaker === 'vendor';
}

async function statusOfPage(action: Action): Promise<number> {
  if (action.type !== 'redirect') throw new Error(`The action is ${action.type}`);
  const response = await fetch(action.url, { redirect: 'manual' });
  await response.body?.cancel();
  return response.status;
}

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
