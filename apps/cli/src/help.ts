import { type Argument, type Command, type Option } from 'commander';

import { paintFor } from './terminal/paint.js';
import { type Surroundings } from './surroundings.js';

const WIDEST = 100;
const NARROWEST = 80;

/** One layout for every command's help: made for 80 columns, and somewhat wider where there is room. */
export function layOutHelp(program: Command, { stdout, stderr, configuration }: Surroundings): void {
  const width = (stream: { readonly columns?: number }): number =>
    Math.min(WIDEST, Math.max(NARROWEST, stream.columns ?? NARROWEST));
  const paint = paintFor(stdout, configuration.noColor);
  program
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => width(stdout),
      getErrHelpWidth: () => width(stderr),
      getOutHasColors: () => stdout.isTTY === true && !configuration.noColor,
      getErrHasColors: () => stderr.isTTY === true && !configuration.noColor,
      outputError: (text, write) => {
        write(text.replace(/^error: /, `${paintFor(stderr, configuration.noColor)('red', 'Error:')} `));
      },
    })
    .configureHelp({
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
      styleTitle: (title) => paint('bold', title),
      styleCommandText: (text) => paint('cyan', text),
      styleSubcommandText: (text) => paint('cyan', text),
      styleOptionText: (text) => paint('cyan', text),
      styleArgumentText: (text) => paint('cyan', text),
      optionDescription: optionWords,
    })
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError(`See ${program.name()} --help.`);
}

const EVERYWHERE = `
Options of every command, see gatehouse --help:
  --json, --quiet, --no-color, --url, --admin-key, --key`;

/** Gives a command and all below it the layout of the program. */
export function inherit(command: Command, names: readonly string[] = [command.name()]): void {
  for (const one of command.commands) {
    // `addCommand` leaves a command as it was made.
    one.copyInheritedSettings(command);
    const path = [...names, one.name()];
    one.helpCommand(false).showHelpAfterError(`See ${path.join(' ')} --help.`);
    if (one.commands.length === 0) one.addHelpText('after', EVERYWHERE);
    else one.usage('<command> [options]');
    inherit(one, path);
  }
}

function argumentTerm(argument: Argument): string {
  const word = argument.variadic ? `${argument.name()}…` : argument.name();
  return argument.required ? `<${word}>` : `[${word}]`;
}

/** Commander puts choices and defaults as a program writes them; a person reads words. A colon at the end asks for the choices. */
function optionWords({
  description,
  argChoices = [],
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const text = description.endsWith(':') ? `${description} ${argChoices.join(', ')}` : description;
  const isTelling = defaultValue !== undefined && defaultValue !== false && !Array.isArray(defaultValue);
  return isTelling ? `${text} (default: ${defaultValueDescription ?? String(defaultValue)})` : text;
}
