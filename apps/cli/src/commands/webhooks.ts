import { Command } from 'commander';

import { type Act } from '../act.js';
import {
  webhookDeliveriesCommand,
  webhookRedeliverCommand,
  webhookReplayCommand,
} from './webhook-deliveries.js';
import { webhookEndpointsCommand } from './webhook-endpoints.js';
import { webhooksListenCommand } from './webhooks-listen.js';
import { webhooksVerifyCommand } from './webhooks-verify.js';

export function webhooksCommand(act: Act): Command {
  return new Command('webhooks')
    .summary('have events posted, and see what became of them')
    .description('Have events posted to you, see what became of them, and try it out on your own machine.')
    .addCommand(webhookEndpointsCommand(act))
    .addCommand(webhookDeliveriesCommand(act))
    .addCommand(webhookRedeliverCommand(act))
    .addCommand(webhookReplayCommand(act))
    .addCommand(webhooksListenCommand(act))
    .addCommand(webhooksVerifyCommand(act));
}
