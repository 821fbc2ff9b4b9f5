import { ClientError } from '../operations/client-error.ts';

/**
 * Error with HTTP 415, for a body that cannot be read.
 *
 * @param headers Headers that say what would be read (RFC 9110, 15.5.16).
 */
export function unsupportedMedia(message: string, headers: Readonly<Record<string, string>>): ClientError {
  return new ClientError(message, {
    extensions: { code: 'UNSUPPORTED_MEDIA_TYPE', http: { status: 415, headers } },
  });
}
