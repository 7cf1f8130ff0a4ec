import { type Command } from 'commander';

import { failureOf } from './problem-failure.js';
import { type GlobalOptions, Session } from './session.js';
import { type Surroundings } from './surroundings.js';

/** What a command does: with its arguments, then its options, as Commander gives them. */
export type Action<Given extends readonly unknown[]> = (session: Session, ...given: Given) => Promise<void>;

/** Turns an action into what Commander calls. */
export type Act = <Given extends readonly unknown[]>(
  action: Action<Given>,
) => (...given: [...Given, Command]) => Promise<void>;

export function actIn(surroundings: Surroundings): Act {
  return <Given extends readonly unknown[]>(action: Action<Given>) =>
    async (...given: [...Given, Command]) => {
      const command = given.at(-1) as Command;
      const session = new Session(command.optsWithGlobals<GlobalOptions>(), surroundings);
      try {
        await action(session, ...(given.slice(0, -1) as unknown as Given));
      } catch (error) {
        throw await failureOf(error, session.correspondent);
      }
    };
}
