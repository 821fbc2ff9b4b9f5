/**
 * Grafast in Grafserv, as in its documentation: plans instead of resolvers, `loadOne` for everything that is read in bulk
 * (https://grafast.org/grafast/standard-steps/loadOne), served by `node:http` (https://grafast.org/grafserv/servers).
 */
import { createServer } from 'node:http';
import { makeGrafastSchema } from 'grafast';
import { grafserv } from 'grafserv/node';
import { objects, scalars } from './grafast/plans.ts';
import { typeDefs } from './shared/schema.ts';

const serv = grafserv({
  schema: makeGrafastSchema({ typeDefs: typeDefs.join('\n'), objects, scalars }),
  preset: {
    grafast: {
      context: ({ node }) => ({ authorization: node?.req.headers.authorization ?? '' }),
    },
  },
});

const server = createServer();
await serv.addTo(server);
server.listen(Number(process.env['PORT']), '127.0.0.1');
