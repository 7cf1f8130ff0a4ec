import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { defineConfig, type Plugin } from 'vite';

const ROOT = join(import.meta.dirname, '..', '..');
const OUT = join(ROOT, 'dist', 'gateway');

/** Has Node compile the bundle once, and keep what it compiled. The program is loaded and not started. */
const COMPILE = `
  const { enableCompileCache, flushCompileCache } = await import('node:module');
  const [folder, program] = process.argv.slice(1);
  enableCompileCache(folder);
  await import(program);
  flushCompileCache();
  process.exit();`;

/** What V8 has compiled is good for the flags that it was compiled with: those of `npm run gateway`. */
function flagsOfGateway(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { gateway: string };
  };
  return scripts.gateway.match(/--max-\S+/gu) ?? [];
}

function compiled(): Plugin {
  return {
    name: 'compiled',
    async closeBundle() {
      const { execPath } = process;
      const flags = [...flagsOfGateway(), '--input-type=module', '--eval', COMPILE];
      await promisify(execFile)(execPath, [...flags, join(OUT, 'compiled'), join(OUT, 'run-gateway.js')]);
    },
  };
}

/** NestJS's own loggers, which write nothing here: ours is given to it. */
const LOGGERS = /\/@nestjs\/common\/services\/(console-)?logger\.service\.js$/;
const FORMATTER = /new Intl\.DateTimeFormat\(([^;]*)\);/g;

/** Their formatters of time are made as they are loaded: 9.7 MB of language data, and 20 ms of each start. */
function lazyFormatters(): Plugin {
  const seen = new Set<string>();
  return {
    name: 'lazy-formatters',
    transform(code, id) {
      if (!LOGGERS.test(id)) return null;
      const lazy = code.replace(FORMATTER, '{ format: (at) => new Intl.DateTimeFormat($1).format(at) };');
      if (lazy !== code) seen.add(id);
      return { code: lazy, map: null };
    },
    buildEnd(error) {
      if (error === undefined && seen.size !== 2)
        this.error('the formatters in the loggers of @nestjs/common are not found');
    },
  };
}

/**
 * What `npm run gateway` runs: one file instead of three thousand, made of what swc has compiled, because most of a start is finding
 * and reading modules. Left out is what is hardly ever loaded, has files of its own beside it, or is not installed.
 */
export default defineConfig({
  root: ROOT,
  plugins: [lazyFormatters(), compiled()],
  ssr: {
    target: 'node',
    noExternal: true,
    external: [
      '@prisma/adapter-pg',
      '@prisma/client',
      '@prisma/driver-adapter-utils',
      '@prisma/schema-engine-wasm',
      // Warns of its own ways, unless it is in node_modules.
      'pg',
      // Optional parts of NestJS.
      '@fastify/view',
      '@nestjs/microservices',
      '@nestjs/platform-express',
      '@nestjs/websockets',
    ],
  },
  build: {
    ssr: true,
    target: 'node22',
    outDir: OUT,
    emptyOutDir: true,
    // Read with `node --enable-source-maps`, which takes its time at each start.
    sourcemap: true,
    rolldownOptions: {
      input: {
        main: join(ROOT, 'dist/apps/gateway/src/launch.js'),
        'run-gateway': join(ROOT, 'dist/apps/gateway/src/run-gateway.js'),
      },
      // Names of classes are in the OpenAPI document, and in what is logged.
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        keepNames: true,
        // V8 keeps the text of what runs, at two bytes a character unless it is ASCII throughout; so no indentation either, but all names. In
        // comments nothing can be escaped; the licences that some of them name are in node_modules, which the image has as well.
        charset: 'ascii',
        comments: false,
        minify: { compress: false, mangle: false, codegen: true },
      },
    },
  },
});
