import { createGateway } from 'campaign-interaction-gateway';
import express from 'express';

const gateway = await createGateway({
  upstream: { apiUrl: process.env['GENESYSCLOUD_API_URL'] ?? 'https://api.mypurecloud.ie' },
});

const app = express();
// Before express.json(): the gateway reads bodies by itself, within its own bounds. Not by app.use(), which takes the path away.
app.all(['/graphql', '/graphql/*file'], gateway.listener);

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(() => void gateway.dispose());
});
