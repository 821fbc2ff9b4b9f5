import { UpstreamError } from '../errors.ts';
import type { UpstreamRead } from './answer.ts';
import type { Call, Step, StepContext } from './call.ts';
import { pay } from './with-budget.ts';

/**
 * Step that adds the identity's token. After a 401 the call is made once more if the identity can give another token: the
 * upstream does not carry out a call that it answers with 401. Rejects with the login's `UpstreamError` without a token, and
 * emits `revoked` before it rejects with a last 401.
 */
export function withToken(
  { credentialEvents, observer }: StepContext,
  next: (call: Call, token: string) => Promise<UpstreamRead>,
): Step {
  return async (call) => {
    const { identity } = call.owner;
    const { signal } = call.shared;
    const token = await identity.token(signal);
    try {
      return await next(call, token);
    } catch (error) {
      // The upstream may have ended the gateway's own login early.
      if (!isUnauthorized(error) || !identity.rejected(token)) throw heeded(error, call);
    }
    pay(observer, call);
    try {
      return await next(call, await identity.token(signal));
    } catch (error) {
      throw heeded(error, call);
    }
  };

  /** Data read with a credential that the upstream no longer accepts is shown to nobody. */
  function heeded(error: unknown, { owner }: Call): unknown {
    if (isUnauthorized(error)) credentialEvents.revoked(owner.identity);
    return error;
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof UpstreamError && error.failure.upstreamStatus === 401;
}
