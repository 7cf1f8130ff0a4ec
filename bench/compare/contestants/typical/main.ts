import 'reflect-metadata';

import { Agent } from 'node:http';
import { type AddressInfo } from 'node:net';

import {
  Body,
  Controller,
  Get,
  Headers,
  Module,
  type NestApplicationOptions,
  Param,
  Post,
  Req,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import axios from 'axios';
import pg from 'pg';

import { fromTypeId, LOWEST_ID } from '../../../../libs/platform/src/ids.js';
import { environmentOf } from '../environment.js';
import { readPattern } from '../pattern.js';
import { ApiKeyGuard, type Authenticated } from './api-key.guard.js';
import { Database } from './database.js';
import { CreateVerificationDto } from './verification.dto.js';
import { type View } from './verification.view.js';
import { Vendor, VerificationsService } from './verifications.service.js';

/*
 * T: the same service as a competent team would write it first with NestJS, Express, class-validator, Prisma's models and axios. No
 * trick of the gateway's, and no mistake put in: prepared statements, connections that are kept, static shapes of queries.
 */

@Controller('v1/verifications')
@UseGuards(ApiKeyGuard)
class VerificationsController {
  constructor(private readonly verifications: VerificationsService) {}

  @Post()
  create(
    @Req() request: Authenticated,
    @Headers('idempotency-key') idempotencyKey: string,
    @Body() body: CreateVerificationDto,
  ): Promise<View> {
    return this.verifications.create(request.keyId, idempotencyKey, body);
  }

  @Get(':id')
  find(@Param('id') id: string): Promise<View> {
    return this.verifications.find(fromTypeId('ver', id) ?? LOWEST_ID);
  }
}

const environment = environmentOf(process.env);
const pool = new pg.Pool({ connectionString: environment.databaseUrl, max: 1 });
const database = new Database(await readPattern(pool), environment.databaseUrl, environment.poolSize);
await pool.end();
const http = axios.create({
  baseURL: environment.vendorOrigin,
  timeout: 10_000,
  // Without it each call opens a connection of its own.
  httpAgent: new Agent({ keepAlive: true, maxSockets: 128 }),
});

@Module({
  controllers: [VerificationsController],
  providers: [
    { provide: Database, useValue: database },
    { provide: Vendor, useValue: new Vendor(http, environment) },
    VerificationsService,
    ApiKeyGuard,
  ],
})
class AppModule {}

const quiet: Pick<NestApplicationOptions, 'logger'> = { logger: ['error'] };
const app = await NestFactory.create<NestExpressApplication>(AppModule, quiet);
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
await app.listen(0, '127.0.0.1');
// A server that listens on a port has an address of this form.
const { port } = app.getHttpServer().address() as AddressInfo;
process.send?.({ origin: `http://127.0.0.1:${port}` });
process.once('disconnect', () => {
  process.exit();
});
