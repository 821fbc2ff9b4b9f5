import { createRoot } from 'react-dom/client';
import { type ReactNode, Suspense } from 'react';
import { ApolloProvider } from '@apollo/client/react';
import { RelayEnvironmentProvider } from 'react-relay';
import { Provider } from 'urql';
import { createApolloClient } from '../from-docs/src/apollo.ts';
import { ApolloInteractions } from '../from-docs/src/ApolloInteractions.tsx';
import { createRelayEnvironment } from '../from-docs/src/relay.ts';
import { RelayInteractions } from '../from-docs/src/RelayInteractions.tsx';
import { createUrqlClient } from '../from-docs/src/urql.ts';
import { UrqlInteractions } from '../from-docs/src/UrqlInteractions.tsx';

const { searchParams } = new URL(location.href);
const parameter = (name: string) => searchParams.get(name) ?? '';
const [token, campaignId] = [parameter('token'), parameter('campaignId')];

/** The documented setup and component of each client. */
const apps: Readonly<Record<string, () => ReactNode>> = {
  apollo: () => (
    <ApolloProvider client={createApolloClient(token)}>
      <ApolloInteractions campaignId={campaignId} />
    </ApolloProvider>
  ),
  urql: () => (
    <Provider value={createUrqlClient(token)}>
      <UrqlInteractions campaignId={campaignId} />
    </Provider>
  ),
  relay: () => (
    <RelayEnvironmentProvider environment={createRelayEnvironment(token)}>
      <Suspense>
        <RelayInteractions campaignId={campaignId} />
      </Suspense>
    </RelayEnvironmentProvider>
  ),
};

const root = document.querySelector('#root');
if (root === null) throw new TypeError('The page has a root.');
createRoot(root).render(apps[parameter('client')]?.());
