import { type Provider, ProviderRegistry } from '@gatehouse/contract';
import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';

import { DentityProvider } from './dentity/dentity.provider.js';
import { ProviderHttp } from './kit/provider-http.js';
import { VendorTransport, type VendorTransportOptions } from './kit/vendor-transport.js';
import { ProviderList } from './provider-list.js';
import { SardineProvider } from './sardine/sardine.provider.js';
import { SentinelProvider } from './sentinel/sentinel.provider.js';

/** An adapter's class: stateless, so all it is given is the way out. */
export type ProviderClass = new (http: ProviderHttp) => Provider;

/** The list. A new provider is its folder and one line here. */
export const EVERY_PROVIDER: readonly ProviderClass[] = [SentinelProvider, SardineProvider, DentityProvider];

/** Closes the sockets to the vendors, last of all: what is still being drained may need them. */
@Injectable()
class TransportShutdown implements OnApplicationShutdown {
  constructor(@Inject(VendorTransport) private readonly transport: VendorTransport) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}

/** The providers of a deployment behind the contract's {@link ProviderRegistry}. */
@Module({})
export class ProvidersModule {
  static forRoot(
    options: VendorTransportOptions,
    providers: readonly ProviderClass[] = EVERY_PROVIDER,
  ): DynamicModule {
    return {
      module: ProvidersModule,
      imports: [HttpModule],
      providers: [
        { provide: VendorTransport, useFactory: () => new VendorTransport(options) },
        {
          provide: ProviderHttp,
          inject: [HttpService, VendorTransport],
          useFactory: (http: HttpService, transport: VendorTransport) => new ProviderHttp(http, transport),
        },
        {
          provide: ProviderRegistry,
          inject: [ProviderHttp],
          useFactory: (http: ProviderHttp) => new ProviderList(providers.map((Kind) => new Kind(http))),
        },
        TransportShutdown,
      ],
      exports: [ProviderRegistry],
    };
  }
}
