/** One read from the upstream, described before it is made. Reading POSTs are reads too. */
export interface UpstreamRequest {
  /** Name of the REST resource in reports and logs, such as `users`; never a URL. */
  readonly resource: string;
  /** What the identity needs one of; what was read with a permission is given up when the upstream denies it. */
  readonly permissions: readonly string[];
  /** Whether other calls of the same request wait for what it tells: such go before details when the quota is short. */
  readonly isList?: true;
  /** How many ids it asks for. */
  readonly keys: number;
  readonly method: 'GET' | 'POST';
  /** Below the API's base, beginning with `/api/v2/`; ids in it are percent-encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** A read with its texts, as they are sent and as reads are told apart by. They are long and each is written only once. */
export interface SerializedRequest extends UpstreamRequest {
  /** Path and query, below the API's base. */
  readonly target: string;
  /** The body as JSON; undefined where there is none. */
  readonly bodyText: string | undefined;
  /** The same for two reads that are the same call if one identity makes both. */
  readonly key: string;
}

/** What stands for itself in a query, and so can do without being encoded. */
const PLAIN = /^[\w.*-]*$/;

export function serialize(request: UpstreamRequest): SerializedRequest {
  const { method, path, query, body } = request;
  const target = query === undefined ? path : path + queryText(query);
  const bodyText = body === undefined ? undefined : JSON.stringify(body);
  // Neither method nor target has a space in it.
  return { ...request, target, bodyText, key: `${method} ${target} ${bodyText ?? ''}` };
}

function queryText(query: NonNullable<UpstreamRequest['query']>): string {
  let text = '';
  let lastName: string | undefined;
  let separated = '';
  for (const [name, value] of query) {
    // A hundred ids have one name.
    if (name !== lastName) separated = `${encoded(name)}=`;
    lastName = name;
    text += (text === '' ? '?' : '&') + separated + encoded(value);
  }
  return text;
}

/** As `URLSearchParams` encodes it; but of a hundred ids that would cost as much as all else that is done for the call. */
function encoded(text: string): string {
  return PLAIN.test(text) ? text : new URLSearchParams([['', text]]).toString().slice(1);
}
