import { UpstreamError } from '../../errors.ts';
import { type AnswerHeaders, errorFromAnswer, isOfAddress } from '../http/error-answer.ts';
import { LOGIN } from '../request.ts';

/** The vendor throttles its token endpoint with a 400 that does not mean a bad credential. */
const THROTTLED = /rate limit exceeded/i;
/** Texts of the vendor, seen in answers that integrators have published. */
const CLIENT_UNKNOWN = /client not found/i;
const SECRET_WRONG = /authentication failed/i;
/** OAuth's own codes for a client that may not log in like this. */
const NOT_ALLOWED = /^(?:access_denied|unauthorized_client|unsupported_grant_type|invalid_scope)$/i;

const messages = {
  client:
    "the login service does not know the gateway's OAuth client: its id is wrong, or it belongs to another region",
  secret:
    "the login service did not accept the secret of the gateway's OAuth client, or the client belongs to another region",
  address:
    "the login service refuses the gateway's IP address: it is not in a list of allowed addresses, or a firewall on the way blocks it",
  grant: "the login service does not let the gateway's OAuth client log in with client credentials",
  login: "the login service did not accept the gateway's own login",
  other:
    'the address of the login service answers, but not as a login service: the configured region or URL is wrong',
} as const;

/**
 * Error for a login that was not answered with 200. Its cause is told by the status and by OAuth's `error`, `description` and
 * `error_description`, whose texts go nowhere.
 *
 * @param receivedAtMs Epoch milliseconds, by which a date in `Retry-After` becomes seconds.
 */
export function loginFailureOf(
  status: number,
  headers: AnswerHeaders,
  text: string,
  receivedAtMs: number,
): UpstreamError {
  const answer = parseOauthError(text);
  const said = answer === null ? '' : [answer.error, answer.description, answer.error_description].join(' ');
  if (status === 400 && THROTTLED.test(text)) {
    const { failure } = errorFromAnswer(429, headers, text, receivedAtMs);
    return ofLogin(new UpstreamError({ ...failure, upstreamStatus: status }, { isTransient: true }));
  }
  const because = (cause: keyof typeof messages, code: 'UNAUTHENTICATED' | 'UPSTREAM_BAD_RESPONSE') => {
    const { correlationId } = errorFromAnswer(status, headers, text, receivedAtMs).failure;
    return new UpstreamError({
      code,
      message: messages[cause],
      upstreamStatus: status,
      ...(correlationId !== undefined && { correlationId }),
    });
  };
  switch (status) {
    case 400:
    case 401:
    case 403:
      if (CLIENT_UNKNOWN.test(said)) return because('client', 'UNAUTHENTICATED');
      if (SECRET_WRONG.test(said)) return because('secret', 'UNAUTHENTICATED');
      if (isOfAddress(said) || (status === 403 && !NOT_ALLOWED.test(answer?.error ?? '')))
        return because('address', 'UNAUTHENTICATED');
      if (NOT_ALLOWED.test(answer?.error ?? '')) return because('grant', 'UNAUTHENTICATED');
      return because('login', 'UNAUTHENTICATED');
    case 404:
    case 405:
    case 410:
      return because('other', 'UPSTREAM_BAD_RESPONSE');
    default:
      return status < 400
        ? because('other', 'UPSTREAM_BAD_RESPONSE')
        : ofLogin(errorFromAnswer(status, headers, text, receivedAtMs));
  }
}

/** A failure of the login, told as that and never as one of the resource that needed it. */
export function ofLogin({ failure, isTransient, detail, cause }: UpstreamError): UpstreamError {
  const message = failure.message.replaceAll('the upstream', 'the login service');
  return new UpstreamError(
    { ...failure, message },
    { cause, isTransient, resource: LOGIN, ...(detail !== undefined && { detail }) },
  );
}

interface OauthError {
  readonly error: string;
  readonly description: string;
  readonly error_description: string;
}

/** Null when the text is no JSON object. */
function parseOauthError(text: string): OauthError | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return null;
    const textOf = (name: keyof OauthError): string => {
      const value: unknown = Reflect.get(body, name);
      return typeof value === 'string' ? value : '';
    };
    return {
      error: textOf('error'),
      description: textOf('description'),
      error_description: textOf('error_description'),
    };
  } catch {
    return null;
  }
}
