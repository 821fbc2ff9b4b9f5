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
  await import('../src/main.ts');
}
