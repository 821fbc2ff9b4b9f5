import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientEnv } from '../../../scripts/check-readme/client-env.ts';
import { settingNames } from '../../../src/config/settings.ts';
import { packedTarball } from './packed-tarball.ts';

/** Environment of a terminal, without settings of the gateway. */
export const env = clientEnv(process.env, settingNames);

/** Installs the packed package in an empty folder, with further packages. Returns the folder, which the caller removes. */
export async function installPackage(...others: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-installed-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', await packedTarball(), ...others], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return folder;
}
