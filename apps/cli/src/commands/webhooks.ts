import { Command } from 'commander';

import { type Act } from '../act.js';
import { webhooksListenCommand } from './webhooks-listen.js';
import { webhooksVerifyCommand } from './webhooks-verify.js';

export function webhooksCommand(act: Act): Command {
  return new Command('webhooks')
    .summary('try webhooks out, and find out what is wrong')
    .description('Try webhooks out on your own machine, and find out why one does not verify.')
    .addCommand(webhooksListenCommand(act))
    .addCommand(webhooksVerifyCommand(act));
}
