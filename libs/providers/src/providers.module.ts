import { ProviderRegistry } from '@gatehouse/contract';
import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';

import { DentityProvider } from './dentity/dentity.provider.js';
import { ProviderHttp } from './kit/provider-http.js';
import { VendorTransport, type VendorTransportOptions } from './kit/vendor-transport.js';
import { ProviderList } from './provider-list.js';
import { SardineProvider } from './sardine/sardine.provider.js';
import { SentinelProvider } from './sentinel/sentinel.provider.js';

/** The list. A new provider is its folder and one line here. */
function everyProvider(http: ProviderHttp): ProviderRegistry {
  return new ProviderList([new SentinelProvider(http), new SardineProvider(http), new DentityProvider(http)]);
}

/** Closes the sockets to the vendors, last of all: what is still being drained may need them. */
@Injectable()
class TransportShutdown implements OnApplicationShutdown {
  constructor(@Inject(VendorTransport) private readonly transport: VendorTransport) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}

/** Every provider behind the contract's {@link ProviderRegistry}. */
@Module({})
export class ProvidersModule {
  static forRoot(options: VendorTransportOptions): DynamicModule {
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
        { provide: ProviderRegistry, inject: [ProviderHttp], useFactory: everyProvider },
        TransportShutdown,
      ],
      exports: [ProviderRegistry],
    };
  }
}
