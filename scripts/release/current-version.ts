import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version in a project's package.json. */
export function currentVersion(project: string): string {
  const parsed: unknown = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
    if (typeof parsed.version === 'string') return parsed.version;
  }
  throw new Error('package.json has no version');
}
