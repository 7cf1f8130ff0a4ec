import { ProviderRegistry } from '@gatehouse/contract';
import { ProvidersModule } from '@gatehouse/providers';
import { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

export interface OpenRegistry {
  readonly registry: ProviderRegistry;
  close(): Promise<void>;
}

/**
 * The registered providers, put together as the gateway does, allowed to call this machine. `attemptMs` cuts every attempt at a call
 * short: the adapters' own deadlines are ten seconds and not theirs to set, but all of them pass through one axios instance.
 */
export async function openRegistry(options: { readonly attemptMs?: number } = {}): Promise<OpenRegistry> {
  Logger.overrideLogger(['error']);
  const context = await NestFactory.createApplicationContext(
    ProvidersModule.forRoot({ allowPrivateNetworks: true }),
  );
  const { attemptMs } = options;
  if (attemptMs !== undefined)
    context.get(HttpService, { strict: false }).axiosRef.interceptors.request.use((config) => ({
      ...config,
      timeout: Math.min(config.timeout ?? attemptMs, attemptMs),
    }));
  return { registry: context.get(ProviderRegistry), close: () => context.close() };
}
