import {
  Database,
  gatewayConfig,
  Log,
  type MasterKeys,
  SystemClock,
  SystemIds,
  SystemRandom,
} from '@gatehouse/platform';
import { type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject } from '@nestjs/swagger';

import { AppModule } from '../../app.module.js';
import { PUBLIC_URL_EXAMPLE } from '../problems/problems.decorator.js';
import { describeApi } from './describe-api.js';

/** The OpenAPI document as the code has it, of no deployment in particular: without environment, database or network. */
export async function undeployedDocument(publicUrl = PUBLIC_URL_EXAMPLE): Promise<OpenAPIObject> {
  // Nothing is asked of any of them: describing an application does not start it.
  const nestOptions: Pick<NestApplicationOptions, 'logger' | 'abortOnError'> = {
    logger: false,
    abortOnError: false,
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({
      config: gatewayConfig({}),
      database: Object.create(Database.prototype) as Database,
      masterKeys: {} as MasterKeys,
      log: new Log({ level: 'error' }),
      clock: new SystemClock(),
      ids: new SystemIds(),
      random: new SystemRandom(),
    }),
    new FastifyAdapter(),
    nestOptions,
  );
  return describeApi(app, publicUrl);
}

/** As it is kept in the repository: for reading, comparing, and making clients from. */
export function documentText(document: OpenAPIObject): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
