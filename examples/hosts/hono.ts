import { serve } from '@hono/node-server';
import { createGateway } from 'campaign-interaction-gateway';
import { Hono } from 'hono';

const gateway = await createGateway({
  upstream: { apiUrl: process.env['GENESYSCLOUD_API_URL'] ?? 'https://api.mypurecloud.ie' },
});

const app = new Hono();
// The files of GraphiQL are below the endpoint.
app.all('/graphql/*', ({ req }) => gateway.fetch(req.raw));

const server = serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000) });

process.once('SIGTERM', () => {
  server.close(() => void gateway.dispose());
});
