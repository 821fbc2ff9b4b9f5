/**
 * Queries that read the same entities by different calls, each with the number of texts in a complete answer. They select
 * only texts, which the upstream stamps.
 */
export const questions: ReadonlyMap<string, number> = new Map([
  ['{ user(id: "agent") { email } }', 1],
  [
    '{ user(id: "agent") { email } other: user(id: "other") { email } queue(id: "queue") { description } }',
    3,
  ],
  ['{ script(id: "script") { startPageName } }', 1],
  ['{ contact(contactListId: "list", id: "contact") { data } }', 1],
  ['{ campaigns(first: 1) { nodes { callerName queue { name } } } }', 2],
  [
    '{ campaignInteractions(campaignId: "campaign") { nodes { callerName agent { name email } contact { data } } } }',
    4,
  ],
]);
