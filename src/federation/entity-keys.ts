/** Key fields of entities for other subgraphs; all are ids. Types without an entry are no entities in a federated graph. */
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
