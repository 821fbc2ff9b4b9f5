import { graphql } from 'relay-runtime';

// Relay's compiler makes a module of each; the tests import those.
void graphql`
  query queriesUserQuery($id: ID!) {
    user(id: $id) {
      nodeId
      id
      name
      email
    }
  }
`;
void graphql`
  query queriesAgentsQuery {
    campaignInteractions(campaignId: "campaign-1", first: 1) {
      edges {
        node {
          id
          agent {
            name
            email @catch
          }
        }
      }
    }
  }
`;
void graphql`
  query queriesEverythingQuery {
    campaignInteractions(campaignId: "campaign-1", first: 1000) {
      edges {
        node {
          id
        }
      }
    }
  }
`;
void graphql`
  query queriesTwinsQuery {
    same: contact(contactListId: "list-1", id: "contact-0") {
      name
    }
    one: contact(contactListId: "list-1", id: "contact-0") {
      id
      name
    }
    other: contact(contactListId: "list-2", id: "contact-0") {
      id
      name
    }
  }
`;
