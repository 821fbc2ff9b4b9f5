import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import type { Plugin } from 'graphql-yoga';
import { ClientError } from '../operations/client-error.ts';

/**
 * Headers that no web page can make a browser send to another origin without a CORS preflight. Headers that a proxy adds to
 * every request (`x-request-id`, `traceparent`) would prove nothing.
 */
export const PREFLIGHTED_HEADERS = [
  'authorization',
  'x-api-key',
  'x-upstream-report',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'apollographql-client-name',
];

/** Authorization schemes that browsers add by themselves to requests to a site after a login there. */
const KEPT_LOGIN = /^(?:basic|digest|negotiate|ntlm)\b/i;

/**
 * Refuses requests that any web page could make its visitor's browser send: a form, a text, or the GET of an image. The page
 * could not read the answer, but it would spend quota.
 */
export function useCsrfPrevention(): Plugin {
  const requestHeaders = PREFLIGHTED_HEADERS.filter((name) => name !== 'authorization');
  const { onRequestParse } = useCSRFPrevention({ requestHeaders });
  return {
    onRequestParse(payload) {
      const { method, headers } = payload.request;
      // Yoga refuses other methods itself.
      if (method !== 'GET' && method !== 'POST') return;
      const authorization = headers.get('authorization');
      if (authorization !== null && !KEPT_LOGIN.test(authorization)) return;
      try {
        return onRequestParse?.(payload);
      } catch {
        throw csrfRefusal();
      }
    },
  };
}

function csrfRefusal(): ClientError {
  const message = `Any web page could have sent this: send a POST of application/json, or one of the headers ${PREFLIGHTED_HEADERS.join(', ')}.`;
  return new ClientError(message, { extensions: { code: 'CSRF_PREVENTED', http: { status: 403 } } });
}
