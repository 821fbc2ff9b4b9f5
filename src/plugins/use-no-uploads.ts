import type { Plugin } from 'graphql-yoga';
import { contentTypeIn, PLAIN_JSON_TYPES } from '../http/media-types.ts';
import { unsupportedMedia } from './unsupported-media.ts';

/**
 * Tells clients that upload files (https://github.com/jaydenseric/graphql-multipart-request-spec) that there are no uploads.
 * Nothing of their bodies is read.
 */
export function useNoUploads(): Plugin {
  return {
    onRequestParse({ request: { method, headers } }) {
      const contentType = method === 'POST' ? headers.get('content-type') : null;
      if (contentType === null || PLAIN_JSON_TYPES.has(contentType)) return;
      if (contentTypeIn(contentType)?.mediaType !== 'multipart/form-data') return;
      throw unsupportedMedia(
        'File uploads (multipart/form-data) are not supported: the schema takes no files. Send a POST of application/json.',
        { accept: 'application/json' },
      );
    },
  };
}
