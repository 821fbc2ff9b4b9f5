import { createGateway } from 'campaign-interaction-gateway';
import { fastify } from 'fastify';

const gateway = await createGateway({
  upstream: { apiUrl: process.env['GENESYSCLOUD_API_URL'] ?? 'https://api.mypurecloud.ie' },
});

const app = fastify();
await app.register(async (scope) => {
  // The gateway reads bodies by itself, within its own bounds.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  for (const url of ['/graphql', '/graphql/*']) {
    scope.all(url, ({ raw }, reply) => {
      reply.hijack();
      gateway.listener(raw, reply.raw);
    });
  }
});
app.addHook('onClose', () => gateway.dispose());

await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });

process.once('SIGTERM', () => void app.close());
