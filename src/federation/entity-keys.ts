/** The fields that other subgraphs know an entity by, all of them ids. What is no entity here is no entity in a federated graph. */
export const entityKeys = {
  Campaign: ['id'],
  CampaignInteraction: ['campaignId', 'id'],
  Contact: ['contactListId', 'id'],
  ContactList: ['id'],
  Division: ['id'],
  Queue: ['id'],
  Script: ['id'],
  Skill: ['id'],
  User: ['id'],
  WrapUpCode: ['id'],
} as const satisfies Record<string, readonly string[]>;

export type EntityType = keyof typeof entityKeys;

export const entityTypes = Object.keys(entityKeys).filter(isEntityType);

export function isEntityType(name: unknown): name is EntityType {
  return typeof name === 'string' && Object.hasOwn(entityKeys, name);
}
