import { HttpService } from '@nestjs/axios';
import axios from 'axios';

import { ProviderHttp } from '../src/kit/provider-http.js';
import { VendorTransport, type VendorTransportOptions } from '../src/kit/vendor-transport.js';

/** A {@link ProviderHttp} on real sockets whose waits are written down instead of waited. */
export class VendorHttp {
  readonly waits: number[] = [];
  readonly transport: VendorTransport;
  readonly http: ProviderHttp;

  constructor(options: Partial<VendorTransportOptions> = {}) {
    this.transport = new VendorTransport({ allowPrivateNetworks: true, ...options });
    this.http = new ProviderHttp(new HttpService(axios.create()), this.transport, {
      wait: (milliseconds) => {
        this.waits.push(milliseconds);
        return Promise.resolve();
      },
      fraction: () => 0.5,
    });
  }

  close(): Promise<void> {
    return this.transport.close();
  }
}
