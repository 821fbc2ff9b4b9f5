import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Headers that no web page can have a browser send elsewhere without asking there first (a CORS preflight). Those that a proxy
 * adds to whatever comes by (`x-request-id`, `traceparent`) would prove nothing.
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

/** What browsers add by themselves to whatever goes to a site, once somebody has logged in there. */
const KEPT_LOGIN = /^(?:basic|digest|negotiate|ntlm)\b/i;

/**
 * Refuses what any web page could have its visitor's browser send: a form, a text, or the GET of an image. It could not read
 * the answer, but it would be spending quota.
 */
export function useCsrfPrevention(): Plugin {
  const requestHeaders = PREFLIGHTED_HEADERS.filter((name) => name !== 'authorization');
  const { onRequestParse } = useCSRFPrevention({ requestHeaders });
  return {
    onRequestParse(payload) {
      const { method, headers } = payload.request;
      // Any other is refused as what it is.
      if (method !== 'GET' && method !== 'POST') return;
      const authorization = headers.get('authorization');
      if (authorization !== null && !KEPT_LOGIN.test(authorization)) return;
      try {
        return onRequestParse?.(payload);
      } catch {
        throw refusal();
      }
    },
  };
}

function refusal(): GraphQLError {
  const message = `Any web page could have sent this: send a POST of application/json, or one of the headers ${PREFLIGHTED_HEADERS.join(', ')}.`;
  return new GraphQLError(message, { extensions: { code: 'CSRF_PREVENTED', http: { status: 403 } } });
}
