#!/usr/bin/env node
// Plain JavaScript, for a Node that is too old cannot even load the TypeScript sources and would say something else.
import { existsSync } from 'node:fs';

const OLDEST = 24;
const [major] = process.versions.node.split('.').map(Number);

// A checkout runs from its sources, so that it never runs what was built of older ones. The package has no sources.
const isCheckout = existsSync(new URL('../src/main.ts', import.meta.url));

if (major < OLDEST) {
  const way = isCheckout
    ? 'start it with "npm start", which brings its own'
    : `with npx, "-p node@26" brings one: npx -p node@26 -p campaign-interaction-gateway campaign-interaction-gateway`;
  process.stderr.write(
    `The gateway needs Node ${OLDEST} or newer, and this is ${process.versions.node}: ${way}.\n`,
  );
  process.exitCode = 1;
} else {
  // Loading takes a while, and a signal must not look like a crash. `main.ts` takes over.
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit());
  await import(isCheckout ? '../src/main.ts' : '../dist/main.js');
}
