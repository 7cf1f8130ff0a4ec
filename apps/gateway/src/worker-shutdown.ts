import { CallQuotas, FeedWatch, KeyUse, WebhookDispatcher, Workers } from '@gatehouse/core';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

/** Who waits for events is answered at once; the workers end before the sockets to the providers do. What was counted is told. */
@Injectable()
export class WorkerShutdown implements BeforeApplicationShutdown {
  constructor(
    private readonly feedWatch: FeedWatch,
    private readonly workers: Workers,
    private readonly dispatcher: WebhookDispatcher,
    private readonly keyUse: KeyUse,
    private readonly callQuotas: CallQuotas,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.feedWatch.close();
    await Promise.all([this.workers.stop(), this.dispatcher.stop()]);
    await Promise.all([this.keyUse.tell(), this.callQuotas.tell()]);
  }
}
