import { setTimeout as delay } from 'node:timers/promises';

import { type Environment, type GatewayProcess, launchGateway } from '../support/gateway-process.js';
import { type Dice } from './dice.js';

/** Gateways over one database, each of which can be killed and comes back at the same port. */
export interface Fleet {
  /**
   * Kills one at a time at random moments, and starts it again, until {@link calm}; once in a while all of them. Mostly there is one that
   * answers, so that things happen that can be interrupted.
   */
  storm(dice: Dice, lifeMs: readonly [low: number, high: number]): void;
  /** No more kills; all run when it resolves. */
  calm(): Promise<void>;
  /** Kills all, does `meanwhile` while nobody runs, and starts them again. */
  killAll(meanwhile: () => Promise<void>): Promise<void>;
  readonly kills: number;
  /** Everything that the processes, dead or alive, have printed. */
  output(): { readonly stdout: readonly string[]; readonly stderr: string };
  /** Processes that ended without having been killed. */
  readonly unexpectedEnds: readonly string[];
  close(): Promise<void>;
}

/** How often a kill is one of all. */
const ALL_AT_ONCE = 0.1;

export async function openFleet(environments: readonly Environment[]): Promise<Fleet> {
  const members = environments.map((environment) => new Member(environment));
  await Promise.all(members.map((member) => member.start()));
  let storm: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  return {
    storm(dice, [low, high]) {
      storm = (async () => {
        for (;;) {
          const pause = dice.between(low, high);
          const isOver = await delay(pause, false, { signal: stopping.signal }).catch(() => true);
          if (isOver) return;
          const victims = dice.happens(ALL_AT_ONCE) ? members : [dice.pick(members)];
          await Promise.all(victims.map((member) => member.kill()));
          await Promise.all(victims.map((member) => member.start()));
        }
      })();
    },
    async calm() {
      stopping.abort();
      await storm;
    },
    async killAll(meanwhile) {
      await Promise.all(members.map((member) => member.kill()));
      await meanwhile();
      await Promise.all(members.map((member) => member.start()));
    },
    get kills() {
      return members.reduce((sum, member) => sum + member.kills, 0);
    },
    output: () => ({
      stdout: members.flatMap((member) => member.stdout()),
      stderr: members.map((member) => member.stderr()).join(''),
    }),
    get unexpectedEnds() {
      return members.flatMap((member) => member.unexpectedEnds);
    },
    async close() {
      stopping.abort();
      await Promise.all(members.map((member) => member.kill()));
    },
  };
}

class Member {
  readonly #environment: Environment;
  readonly #lives: GatewayProcess[] = [];
  readonly unexpectedEnds: string[] = [];
  #isKilled = true;
  kills = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async start(): Promise<void> {
    const life = launchGateway(this.#environment);
    this.#lives.push(life);
    this.#isKilled = false;
    void life.ended.then(({ code, signal }) => {
      const isOurs = this.#isKilled || this.#lives.at(-1) !== life;
      if (!isOurs) this.unexpectedEnds.push(`pid ${life.pid} ended with ${String(code ?? signal)}`);
    });
    await life.ready;
  }

  async kill(): Promise<void> {
    const life = this.#lives.at(-1);
    if (life === undefined || this.#isKilled) return;
    this.#isKilled = true;
    this.kills += 1;
    await life.stop('SIGKILL');
  }

  stdout(): readonly string[] {
    return this.#lives.map((life) => life.stdout());
  }

  stderr(): string {
    return this.#lives.map((life) => life.stderr()).join('');
  }
}
