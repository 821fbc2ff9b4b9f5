import { spawnSync } from 'node:child_process';
import * as v from 'valibot';

const count = v.number();
/** Known vulnerabilities of all packages, by severity. */
const countsSchema = v.object({ info: count, low: count, moderate: count, high: count, critical: count });

/** What came of asking the registry; without counts, why there are none. */
export type Audit =
  | { readonly counts: v.InferOutput<typeof countsSchema> }
  /** It cannot be reached, or fails. */
  | { readonly failure: string }
  /** It is one that keeps packages only, such as a mirror. */
  | { readonly notOffered: number };

const answerSchema = v.union([
  v.object({ metadata: v.object({ vulnerabilities: countsSchema }) }),
  v.object({ message: v.string(), statusCode: v.optional(v.number()) }),
]);

/** Not found, method not allowed, not implemented. */
const NOT_OFFERED: ReadonlySet<number> = new Set([404, 405, 501]);

export function audit(project: string): Audit {
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { cwd: project, encoding: 'utf8' });
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), answerSchema), stdout);
  if (!answer.success) return { failure: stderr.trim() || 'npm audit gave no answer' };
  if ('metadata' in answer.output) return { counts: answer.output.metadata.vulnerabilities };
  const { message, statusCode } = answer.output;
  return statusCode !== undefined && NOT_OFFERED.has(statusCode)
    ? { notOffered: statusCode }
    : { failure: message };
}
