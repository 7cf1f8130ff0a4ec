import { AsyncLocalStorage } from 'node:async_hooks';

import { ProviderRegistry } from '@gatehouse/contract';
import { type ProviderClass, ProvidersModule } from '@gatehouse/providers';
import { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const IMPATIENT_MS = 150;

export interface OpenRegistry {
  readonly registry: ProviderRegistry;
  close(): Promise<void>;
}

/** Which calls are cut short: those made from within {@link impatiently}, to a path that has this in it. */
const impatience = new AsyncLocalStorage<{ readonly path: string }>();

/**
 * Makes a call whose attempts at `path` are given up after a moment. The adapters' deadlines are ten seconds and not theirs to set, and
 * every other call keeps them: on a slow machine only what is meant to time out may do so.
 */
export function impatiently<T>(path: string, call: () => Promise<T>): Promise<T> {
  return impatience.run({ path }, call);
}

/** Providers put together as the gateway does, allowed to call this machine. */
export async function openRegistry(providers: readonly ProviderClass[]): Promise<OpenRegistry> {
  Logger.overrideLogger(['error']);
  const context = await NestFactory.createApplicationContext(
    ProvidersModule.forRoot({ allowPrivateNetworks: true }, providers),
  );
  // All adapters' calls pass through this one axios instance.
  context.get(HttpService, { strict: false }).axiosRef.interceptors.request.use((config) => {
    const { path } = impatience.getStore() ?? {};
    return path !== undefined && config.url?.includes(path) === true
      ? { ...config, timeout: Math.min(config.timeout ?? IMPATIENT_MS, IMPATIENT_MS) }
      : config;
  });
  return { registry: context.get(ProviderRegistry), close: () => context.close() };
}
