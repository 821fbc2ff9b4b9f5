#!/usr/bin/env node
// Plain JavaScript, for a Node that is too old cannot even load the TypeScript sources and would say something else.
const OLDEST = 24;
const [major] = process.versions.node.split('.').map(Number);

if (major < OLDEST) {
  process.stderr.write(
    `The gateway needs Node ${OLDEST} or newer, and this is ${process.versions.node}: start it with "npm start", which brings its own.\n`,
  );
  process.exitCode = 1;
} else {
  // Loading takes a while, and a signal must not look like a crash. `main.ts` takes over.
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit());
  await import('../src/main.ts');
}
