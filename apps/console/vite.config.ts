import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { defineConfig, type Plugin } from 'vite';

const OUT = join(import.meta.dirname, '../../dist/console');
const COMPRESSIBLE = /\.(?:js|css|svg|html)$/u;
/** As hard as it can without a wait that is felt: the last two levels of brotli take five times as long for 2 %. */
const BROTLI_QUALITY = 9;

/** The gateway sends the compressed file beside each one to browsers that take it. */
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    closeBundle() {
      for (const file of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
        if (!COMPRESSIBLE.test(file)) continue;
        const path = join(OUT, file);
        const bytes = readFileSync(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${path}.gz`, gzipSync(bytes));
      }
    },
  };
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
