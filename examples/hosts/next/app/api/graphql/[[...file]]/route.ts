import { createGateway, type Gateway } from 'campaign-interaction-gateway';

let gateway: Promise<Gateway> | undefined;

/** The gateway is made by the first request: a build makes none. */
async function answer(request: Request): Promise<Response> {
  gateway ??= createGateway({
    endpoint: '/api/graphql',
    upstream: { apiUrl: process.env['GENESYSCLOUD_API_URL'] ?? 'https://api.mypurecloud.ie' },
  });
  return (await gateway).fetch(request);
}

export { answer as GET, answer as HEAD, answer as OPTIONS, answer as POST };
