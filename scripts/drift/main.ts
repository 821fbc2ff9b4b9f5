import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { schema } from '../../src/schema.ts';
import { recordCalls } from './calls.ts';
import { compare } from './compare.ts';
import { findFaults } from './find-faults.ts';
import lookedAt from './looked-at.json' with { type: 'json' };
import { readSdk } from './read-sdk.ts';
import { report } from './report.ts';
import { snapshotOf } from './snapshot.ts';
import { usesOf } from './uses.ts';

const USAGE = `npm run drift -- [--sdk <folder>] [--looked-at]
  --sdk <folder>  reports on the SDK that is unpacked there instead of the one that is installed
  --looked-at     records that this version was looked at`;

try {
  process.exitCode = await drift();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`\n${USAGE}`);
  process.exitCode = 1;
}

/** Prints the report. Returns 1 when something that the gateway uses is gone or has another type, otherwise 0. */
async function drift(): Promise<0 | 1> {
  const { values } = parseArgs({ options: { sdk: { type: 'string' }, 'looked-at': { type: 'boolean' } } });
  // npm runs scripts in the package's folder; INIT_CWD is the user's.
  const sdk = readSdk(
    values.sdk === undefined ? installed() : resolve(process.env['INIT_CWD'] ?? '', values.sdk),
  );
  const uses = usesOf(schema);
  const names = [...new Set(uses.map(({ model }) => model))];
  const changes = compare(names, lookedAt.models, sdk.models);
  const faults = findFaults(sdk, uses, await recordCalls());
  console.log(report({ sdk, lookedAt: lookedAt.version, uses, changes, faults }));
  if (values['looked-at'] === true) {
    const snapshot = JSON.stringify(snapshotOf(sdk, names), null, 2);
    writeFileSync(new URL('./looked-at.json', import.meta.url), `${snapshot}\n`);
    console.log(`Recorded that ${sdk.version} was looked at.`);
  }
  return faults.length === 0 ? 0 : 1;
}

function installed(): string {
  return fileURLToPath(new URL('.', import.meta.resolve('purecloud-platform-client-v2/package.json')));
}
