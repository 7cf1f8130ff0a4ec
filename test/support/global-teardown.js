/* eslint-disable @typescript-eslint/explicit-module-boundary-types -- this is JavaScript */
export default async function globalTeardown() {
  await globalThis.gatehouseTestServer?.stop();
}
