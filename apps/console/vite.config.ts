import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

import { defineConfig, type Plugin } from 'vite';

const OUT = join(import.meta.dirname, '../../dist/console');
const COMPRESSIBLE = /\.(?:js|css|svg|html)$/u;
/** The gateway sends the compressed file beside each one to browsers that take it. As hard as brotli can: that is 7 % of a first load. */
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    async closeBundle() {
      const files = await readdir(OUT, { recursive: true });
      await Promise.all(
        files.filter((file) => COMPRESSIBLE.test(file)).map((file) => compress(join(OUT, file))),
      );
    },
  };
}

async function compress(path: string): Promise<void> {
  const bytes = await readFile(path);
  const [brotli, gzipped] = await Promise.all([promisify(brotliCompress)(bytes), promisify(gzip)(bytes)]);
  await Promise.all([writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, gzipped)]);
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [precompressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    // Inlined assets would be data URLs, which the page's policy allows for images only.
    assetsInlineLimit: 0,
    // The bench counts what a first load takes; the bundler's own limit per chunk says nothing.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      onLog(level, log, report) {
        // Mantine marks its files for server components, which there are none of here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  // For work on the console beside a gateway on its usual port.
  server: { proxy: { '/admin': 'http://127.0.0.1:3000', '/.well-known': 'http://127.0.0.1:3000' } },
});
