import { Command } from 'commander';

import { actIn } from './act.js';
import { connectionsCommand } from './commands/connections.js';
import { eventsCommand } from './commands/events.js';
import { keysCommand } from './commands/keys.js';
import { ledgerCommand } from './commands/ledger.js';
import { providersCommand } from './commands/providers.js';
import { routingCommand } from './commands/routing.js';
import { switchCommand } from './commands/switch.js';
import { tenantsCommand } from './commands/tenants.js';
import { verificationsCommand } from './commands/verifications.js';
import { webhooksCommand } from './commands/webhooks.js';
import { inherit, layOutHelp } from './help.js';
import { type Surroundings } from './surroundings.js';

const ABOUT = `
Environment:
  GATEHOUSE_URL             where the gateway is (http://localhost:3000)
  GATEHOUSE_ADMIN_KEY       an admin key, for what operators do
  GATEHOUSE_KEY             a tenant’s key, for what its backends do
  GATEHOUSE_TENANT          the tenant where none is named
  GATEHOUSE_WEBHOOK_SECRET  the secret of webhooks listen and verify
  NO_COLOR                  no colours

Exit codes:
  0  it is done, or is so
  1  it failed, or is not so: not found, refused, not verified
  2  the command was used wrongly
  3  the key is missing a permission, or is not in force
  4  not reachable, or not at the moment: the same may work later`;

/** The whole command line. Made anew for each run, as Commander keeps what it parsed. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('gatehouse')
    .description('One API in front of every identity-verification provider, from a terminal.')
    .usage('<command> [options]')
    .option('--url <url>', 'where the gateway is')
    .option('--admin-key <key>', 'the admin key; better in GATEHOUSE_ADMIN_KEY')
    .option('--key <key>', 'the tenant’s key; better in GATEHOUSE_KEY')
    .option('--json', 'answer as the API does, for programs')
    .option('-q, --quiet', 'answer with ids only, for scripts')
    .option('--no-color', 'no colours')
    .exitOverride()
    .addHelpText('after', ABOUT);
  layOutHelp(program, surroundings);
  const act = actIn(surroundings);
  program.commandsGroup('For operators, with an admin key:');
  for (const command of [
    tenantsCommand,
    keysCommand,
    connectionsCommand,
    providersCommand,
    switchCommand,
    routingCommand,
    ledgerCommand,
  ]) {
    program.addCommand(command(act));
  }
  program.commandsGroup('For a tenant, with its key:');
  for (const command of [verificationsCommand, eventsCommand, webhooksCommand])
    program.addCommand(command(act));
  inherit(program);
  return program;
}
