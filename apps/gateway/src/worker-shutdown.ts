import { Workers } from '@gatehouse/core';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

/** The workers end before the sockets to the providers do. */
@Injectable()
export class WorkerShutdown implements BeforeApplicationShutdown {
  constructor(private readonly workers: Workers) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.workers.stop();
  }
}
