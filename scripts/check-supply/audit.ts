import * as v from '@badrap/valita';
import { spawnSync } from 'node:child_process';

const count = v.number();
/** Number of known vulnerabilities by severity. */
const countsSchema = v
  .object({ info: count, low: count, moderate: count, high: count, critical: count })
  .rest(v.unknown())
  .map(({ info, low, moderate, high, critical }) => ({ info, low, moderate, high, critical }));

/** Result of the registry's audit: counts, or the reason why there are none. */
export type Audit =
  | { readonly counts: v.Infer<typeof countsSchema> }
  /** The registry cannot be reached, or fails. */
  | { readonly failure: string }
  /** HTTP status of a registry without audits, such as a mirror. */
  | { readonly notOffered: number };

const answerSchema = v
  .object({
    metadata: v.object({ vulnerabilities: countsSchema }).rest(v.unknown()).optional(),
    message: v.string().optional(),
    statusCode: v.number().optional(),
  })
  .rest(v.unknown());

/** Not found, method not allowed, not implemented. */
const NOT_OFFERED: ReadonlySet<number> = new Set([404, 405, 501]);

export function audit(project: string): Audit {
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { cwd: project, encoding: 'utf8' });
  const answer = answerSchema.try(parsed(stdout));
  const { metadata, message, statusCode } = answer.ok ? answer.value : {};
  if (metadata !== undefined) return { counts: metadata.vulnerabilities };
  if (message === undefined) return { failure: stderr.trim() || 'npm audit gave no answer' };
  return statusCode !== undefined && NOT_OFFERED.has(statusCode)
    ? { notOffered: statusCode }
    : { failure: message };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
