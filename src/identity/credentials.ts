/** Whose credential is used upstream. */
export type Credentials =
  /** The caller's own bearer token. */
  | { readonly mode: 'passThrough' }
  /** One access token for all callers. */
  | { readonly mode: 'accessToken'; readonly accessToken: string }
  /** One OAuth client for all callers. */
  | {
      readonly mode: 'client';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      /** Whether a caller that sends a bearer token is served with it instead, as over the sandbox. */
      readonly bearerFirst: boolean;
    };
