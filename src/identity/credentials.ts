/** Credential of upstream calls. */
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
      /** True when a bearer token that a caller sends is used instead, as with the sandbox. */
      readonly bearerFirst: boolean;
    };
