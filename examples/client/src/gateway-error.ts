/** Entities of one type that an error concerns. */
interface Affected {
  readonly type: string;
  readonly ids: readonly string[];
}

/** What the gateway could not find out, or would not do: one error for each upstream call that failed. */
export interface GatewayError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    /** All that could not be known because of this; `also` are entities of other types that depended on the same call. */
    readonly affected?: Affected & { readonly paths: readonly string[]; readonly also?: readonly Affected[] };
    readonly retryAfterSeconds?: number;
    /** What the vendor's support asks for. */
    readonly correlationId?: string;
  };
}

/**
 * Tells the two meanings of null apart: the error because of which this entity could not be known, or undefined where the
 * upstream was asked and knows no value. Where one operation reads an entity in several calls, `affected.paths` tells which
 * of its fields are meant.
 */
export function whyUnknown(
  errors: readonly GatewayError[],
  type: string,
  id: string,
): GatewayError | undefined {
  return errors.find((error) =>
    affectedBy(error).some((affected) => affected.type === type && affected.ids.includes(id)),
  );
}

/** An error for people to read: what happened, to whom, and what to do about it. */
export function explain(error: GatewayError): string {
  const { code = 'ERROR', correlationId } = error.extensions ?? {};
  return [
    `${code}: ${error.message}`,
    ...affectedBy(error).map(({ type, ids }) => `could not be known: ${type} ${ids.join(', ')}`),
    ...advice(error),
    ...(correlationId === undefined ? [] : [`The vendor's support asks for: ${correlationId}`]),
  ].join('\n  ');
}

function affectedBy({ extensions }: GatewayError): readonly Affected[] {
  const affected = extensions?.affected;
  return affected === undefined ? [] : [affected, ...(affected.also ?? [])];
}

function advice({ extensions }: GatewayError): readonly string[] {
  switch (extensions?.code ?? '') {
    case 'UNAUTHENTICATED':
      return ['Set GATEWAY_TOKEN to an access token that is valid.'];
    case 'FORBIDDEN':
      return ['Ask for the permission, or leave out the fields that need it.'];
    case 'UPSTREAM_RATE_LIMITED':
      return [`Try again in ${extensions?.retryAfterSeconds ?? 60} seconds.`];
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_UNAVAILABLE':
    case 'UPSTREAM_BAD_RESPONSE':
      return ['Try again later.'];
    default:
      // BAD_USER_INPUT says in its message what to put right.
      return [];
  }
}
