import type { Plugin } from 'graphql-yoga';
import { canForeignPageSend, PREFLIGHTED_HEADERS } from '../http/foreign-page.ts';
import { ClientError } from '../operations/client-error.ts';

/**
 * Refuses requests that any web page could make its visitor's browser send: a form, a text, or the GET of an image. The page
 * could not read the answer, but it would spend quota.
 *
 * @param isAllowedOrigin True for origins whose pages may ask.
 */
export function useCsrfPrevention(isAllowedOrigin: (origin: string) => boolean): Plugin {
  return {
    onRequestParse({ request }) {
      const { method } = request;
      // Yoga refuses other methods itself.
      if (method !== 'GET' && method !== 'POST') return;
      if (canForeignPageSend(request, isAllowedOrigin)) throw csrfRefusal();
    },
  };
}

function csrfRefusal(): ClientError {
  const message = `Any web page could have sent this request. Send a POST of application/json, or one of the headers ${PREFLIGHTED_HEADERS.join(', ')}. Pages of an origin in CORS_ORIGINS need neither.`;
  return new ClientError(message, { extensions: { code: 'CSRF_PREVENTED', http: { status: 403 } } });
}
