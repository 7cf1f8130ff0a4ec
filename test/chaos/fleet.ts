import { setTimeout as delay } from 'node:timers/promises';

import { type Environment, type GatewayProcess, launchGateway } from '../support/gateway-process.js';
import { type Dice } from './dice.js';

/** Who looks at each kill. */
export interface Attendant {
  /** A gateway is dead, and not started again before this resolves. */
  died(index: number): Promise<void>;
  /** It is ready again, and is not killed before this resolves. `killedAt`: of `performance.now`. */
  back(index: number, killedAt: number): Promise<void>;
}

const NOBODY: Attendant = { died: () => Promise.resolve(), back: () => Promise.resolve() };

/** Gateways over one database, each of which can be killed and comes back at the same port. */
export interface Fleet {
  /** Kills each at random moments of its own, so that at times none answers, and starts it again, until {@link calm}. */
  storm(dice: Dice, lifeMs: readonly [low: number, high: number], attendant?: Attendant): void;
  /** No more kills; all run when it resolves. */
  calm(): Promise<void>;
  readonly kills: number;
  /** Everything that the processes, dead or alive, have printed. */
  output(): { readonly stdout: readonly string[]; readonly stderr: string };
  /** Processes that ended without having been killed. */
  readonly unexpectedEnds: readonly string[];
  close(): Promise<void>;
}

export async function openFleet(environments: readonly Environment[]): Promise<Fleet> {
  const members = environments.map((environment) => new Member(environment));
  await Promise.all(members.map((member) => member.start()));
  let storms: readonly Promise<void>[] = [];
  const stopping = new AbortController();
  return {
    storm(dice, [low, high], attendant = NOBODY) {
      storms = members.map(async (member, index) => {
        const own = dice.branch(`gateway ${index}`);
        for (;;) {
          const pause = own.between(low, high);
          const isOver = await delay(pause, false, { signal: stopping.signal }).catch(() => true);
          if (isOver) return;
          const killedAt = performance.now();
          await member.kill();
          await attendant.died(index);
          await member.start();
          await attendant.back(index, killedAt);
        }
      });
    },
    async calm() {
      stopping.abort();
      await Promise.all(storms);
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
