import { questions } from './identities-questions.ts';
import type { Asked, History } from './identities-player.ts';
import { tokenOf } from './identities-upstream.ts';

/**
 * What no gateway may do, found in a history as sentences; empty when all is well. Says nothing of how the gateway shares or
 * keeps what it has read:
 *
 * - nobody is shown what another token read, nor refused because another was;
 * - a request that begins after its token has ended is shown nothing when the upstream's last acceptance of the token is
 *   longer ago than the proof time, nor when the gateway has been told of the end by a 401;
 * - what is not shown for such a reason is UNAUTHENTICATED, and everything else is shown.
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

/** The codes of the answer's errors, each once. */
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
