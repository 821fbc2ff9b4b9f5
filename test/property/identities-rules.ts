import { questions } from './identities-questions.ts';
import type { Asked, History } from './identities-player.ts';
import { tokenOf } from './identities-upstream.ts';

/**
 * Violations in a history, as sentences; empty when there are none. The rules are independent of how the gateway shares or
 * caches data:
 *
 * - a client is not shown data that another token read, nor refused because another token was;
 * - a request that begins after the end of its token is shown nothing when the upstream's last acceptance of the token is
 *   longer ago than the proof time, or when a 401 has told the gateway of the end;
 * - data that is not shown for such a reason is UNAUTHENTICATED, and all other data is shown.
 */
export function violations(history: History): string[] {
  return history.asked.flatMap((asked) => [
    ...foreignStamps(asked),
    ...outlived(asked, history),
    ...wrongErrors(asked, history),
  ]);
}

function foreignStamps(asked: Asked): string[] {
  return textsOf(asked)
    .filter((text) => tokenOf(text) !== asked.token)
    .map((text) => `${asked.token} was shown what is not its own: ${text}`);
}

function outlived(request: Asked, { asked, standings, proofMs }: History): string[] {
  const { token, began } = request;
  const standing = standings.get(token);
  const [text] = textsOf(request);
  if (text === undefined || !standing?.endedAt || began.serial < standing.endedAt.serial) return [];
  const { acceptedAt } = standing;
  const isProven = acceptedAt !== null && began.ms <= acceptedAt.ms + proofMs;
  const isTold = asked.some(
    (other) => other.token === token && other.ended.serial < began.serial && codesOf(other) !== '',
  );
  return [
    ...(isProven ? [] : [`${token} was shown something when its proof was over: ${text}`]),
    ...(isTold ? [`${token} was shown something when the gateway knew of its end: ${text}`] : []),
  ];
}

function wrongErrors(request: Asked, { standings }: History): string[] {
  const { token, query, ended, isGivenUp } = request;
  if (isGivenUp) return [];
  const endedAt = standings.get(token)?.endedAt;
  const isRefused = textsOf(request).length !== questions.get(query);
  if (codesOf(request) !== (isRefused ? 'UNAUTHENTICATED' : '')) {
    return [`${token} was answered with the wrong errors: ${JSON.stringify(request.answer)}`];
  }
  return isRefused && !(endedAt && endedAt.serial < ended.serial)
    ? [`${token} was refused before its end`]
    : [];
}

/** Distinct codes of the answer's errors. */
function codesOf({ answer }: Asked): string {
  return [...new Set(answer?.errors?.map(({ extensions }) => extensions.code))].join(' ');
}

function textsOf({ answer }: Asked): string[] {
  return textsIn(answer?.data);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
