export { type Backoff, ProviderHttp } from './kit/provider-http.js';
export { VendorTransport, type VendorTransportOptions } from './kit/vendor-transport.js';
export { ProviderList } from './provider-list.js';
export { EVERY_PROVIDER, type ProviderClass, ProvidersModule } from './providers.module.js';
