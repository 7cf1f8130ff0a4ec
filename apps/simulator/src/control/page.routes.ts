import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { param } from '../kit/control-scope.js';
import { failureText } from '../kit/failure.js';
import { acceptForms } from '../kit/forms.js';
import { markup, sendPage } from '../kit/page.js';
import { planScenario } from '../kit/scenarios.js';
import { ControlError, type Twin } from '../kit/twin.js';
import { sendAccountPage } from './account.page.js';
import { type Addressed, addressed } from './addressed.js';
import { moveClock } from './clock.js';
import { ACCENT, accountPath, sendOverview } from './overview.page.js';
import { switchesFrom } from './switch-form.js';
import { setWeather } from './weather.js';

type Form = Readonly<Record<string, string>>;

const form = z.record(z.string(), z.string());
const finishForm = z.object({ person: z.string(), outcome: z.string() });
const scenarioForm = z.object({ scenario: z.string(), person: z.string(), times: z.string() });
const faultForm = z.object({ name: z.string() });
const clockForm = z.object({ change: z.string(), now: z.string().optional() });

/** What the buttons of an account's page do; each is the call of the control API of the same name. */
const ACTIONS: Readonly<Record<string, { section: string; act: (target: Addressed, form: Form) => void }>> = {
  finish: {
    section: 'people',
    act: ({ twin, account }, fields) => {
      const { person, outcome } = finishForm.parse(fields);
      twin.finish(account.id, person, { outcome });
    },
  },
  scenario: {
    section: 'faults',
    act: ({ twin, account }, fields) => {
      const { scenario, person, times } = scenarioForm.parse(fields);
      planScenario(twin, account, scenario, {
        ...(person === '' ? {} : { person }),
        ...(times === '' ? {} : { times: Number(times) }),
      });
    },
  },
  'remove-fault': {
    section: 'faults',
    act: ({ account }, fields) => {
      account.faults.remove(faultForm.parse(fields).name);
    },
  },
  weather: {
    section: 'weather',
    act: (target, { seed = '', calm, ...numbers }) => {
      if (calm !== undefined) target.account.weather.calm();
      else setWeather(target, { seed, ...mapped(numbers, Number) });
    },
  },
  clock: {
    section: 'clock',
    act: (target, fields) => {
      moveClock(target, clockChange(clockForm.parse(fields)));
    },
  },
  switches: {
    section: 'switches',
    act: (target, fields) => {
      target.account.changeSwitches(switchesFrom(target, fields));
    },
  },
  reset: {
    section: 'people',
    act: ({ account }) => {
      account.reset();
    },
  },
};

/** The control page: what the control API does, for people. Forms only; it works without scripts. */
export function registerControlPages(app: FastifyInstance, twins: readonly Twin[], reset: () => void): void {
  app.register((scope, _options, done) => {
    acceptForms(scope);
    scope.addHook('preHandler', (request, _reply, next) => {
      next(
        isFromElsewhere(request) ? new ControlError(403, 'this form was sent by another site') : undefined,
      );
    });
    scope.setErrorHandler((error, _request, reply) => sendProblem(reply, error));

    scope.get('/control', (_request, reply) => sendOverview(reply, twins));
    scope.get('/control/:provider/:account', (request, reply) =>
      sendAccountPage(reply, addressed(twins, request)),
    );
    scope.post('/control/page/reset', (_request, reply) => {
      reset();
      return reply.redirect('/control', 303);
    });
    scope.post('/control/page/:provider/:account/:action', (request, reply) => {
      const target = addressed(twins, request);
      const name = param(request, 'action');
      const chosen = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
      if (chosen === undefined) throw new ControlError(404, `there is no button ${name}`);
      chosen.act(target, form.parse(request.body ?? {}));
      return reply.redirect(`${accountPath(target.twin, target.account)}#${chosen.section}`, 303);
    });
    done();
  });
}

/** Any page in the browser could post here otherwise. Programs send no such header. */
function isFromElsewhere(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  return request.method === 'POST' && site !== undefined && site !== 'same-origin' && site !== 'none';
}

function clockChange({ change, now = '' }: z.output<typeof clockForm>): unknown {
  switch (change) {
    case 'to':
      return { now: now === '' ? now : `${now}Z`.replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z') };
    case 'freeze':
      return { frozen: true };
    case 'run':
      return { frozen: false };
    case 'reset':
      return { reset: true };
    default:
      return { advanceSeconds: Number(change) };
  }
}

function mapped<T>(fields: Form, change: (text: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, change(text)]));
}

function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, problems } = problemOf(error);
  return sendPage(reply, status, {
    brand: 'Gatehouse simulator',
    accent: ACCENT,
    title: 'That did not work',
    body: markup`${problems.map((text) => markup`<p class="note warn">${text}</p>`)}<p>Go back, or to <a href="/control">all accounts</a>.</p>`,
  });
}

function problemOf(error: unknown): { status: number; problems: readonly string[] } {
  if (error instanceof ControlError) return { status: error.status, problems: [error.message] };
  if (error instanceof z.ZodError)
    return {
      status: 400,
      problems: error.issues.map((issue) => `${issue.path.join('.') || 'form'}: ${issue.message}`),
    };
  return { status: 500, problems: [failureText(error)] };
}
