/** Resource of a failed login, which is none of the API. Errors of resources are told apart from it. */
export const LOGIN = 'login';

/** One call to the upstream, described before it is made. */
export interface UpstreamRequest {
  /** Name of the REST resource in reports and logs, such as `users`; never a URL. */
  readonly resource: string;
  /** Permissions of which the identity needs one; data read with a permission is dropped when the upstream denies it. */
  readonly permissions: readonly string[];
  /** True when other calls of the same request depend on this one: such calls go before details when quota is short. */
  readonly isList?: true;
  /** True when the answer may have whole numbers beyond 2^53, which are parsed as text; the look for them takes time. */
  readonly exactNumbers?: true;
  /** Number of requested ids. */
  readonly keys: number;
  /**
   * `read` for every call that changes nothing, POSTs among them: reads are shared and retried. A write is neither, except
   * that it is made once more after a 429 or a 401, since the upstream has not carried it out then. Once sent, a write goes
   * on when all who waited for it have left: aborted, it might or might not be carried out, and nothing would tell which.
   * Caches and reads under way are not told of a write: whoever adds the first one has to drop what it changes.
   *
   * @default 'read'
   */
  readonly effect?: 'read' | 'write';
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the API's base, beginning with `/api/v2/`; ids in it are percent-encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** A request with the texts that are sent and the dedupe key. The texts are long, so each is written only once. */
export interface SerializedRequest extends UpstreamRequest {
  /** Path and query, below the API's base. */
  readonly target: string;
  /** Body as JSON; undefined when there is none. */
  readonly bodyText: string | undefined;
  /** Dedupe key: equal for two reads that are the same call if one identity makes both. */
  readonly key: string;
}

/** Text that needs no encoding in a query. */
const PLAIN = /^[\w.*-]*$/;

export function serialize(request: UpstreamRequest): SerializedRequest {
  const { method, path, query, body } = request;
  const target = query === undefined ? path : path + queryText(query);
  const bodyText = body === undefined ? undefined : JSON.stringify(body);
  // The key is unambiguous: neither method nor target contains a space.
  return { ...request, target, bodyText, key: `${method} ${target} ${bodyText ?? ''}` };
}

function queryText(query: NonNullable<UpstreamRequest['query']>): string {
  let text = '';
  let lastName: string | undefined;
  let separated = '';
  for (const [name, value] of query) {
    // A hundred ids share one name, encoded only once.
    if (name !== lastName) separated = `${encoded(name)}=`;
    lastName = name;
    text += (text === '' ? '?' : '&') + separated + encoded(value);
  }
  return text;
}

/** Encodes like `URLSearchParams`, which costs as much for a hundred ids as everything else done for the call. */
function encoded(text: string): string {
  return PLAIN.test(text) ? text : new URLSearchParams([['', text]]).toString().slice(1);
}
