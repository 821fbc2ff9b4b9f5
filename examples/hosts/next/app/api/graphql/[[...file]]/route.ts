import { createGateway, type Gateway } from 'campaign-interaction-gateway';

let gateway: Promise<Gateway> | undefined;

/** The gateway is made by the first request: a build makes none. */
async function answer(request: Request): Promise<Response> {
  gateway ??= createGateway({
    endpoint: '/api/graphql',
    upstream: { apiUrl: process.env['GENESYSCLOUD_API_URL'] ?? 'https://api.mypurecloud.ie' },
  });
  // Next compresses by itself, and drops the content-encoding of what its handlers have compressed.
  request.headers.delete('accept-encoding');
  return (await gateway).fetch(request);
}

export { answer as GET, answer as HEAD, answer as OPTIONS, answer as POST };
