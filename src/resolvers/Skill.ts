import { skills } from '../datasources/skills.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const skill = entityFields(skills, (sources) => sources.skills);

export const Skill: TypeResolvers<'Skill'> = {
  nodeId: skill.nodeId,
  name: skill.name,
  state: skill.field('state'),
  dateModified: skill.field('dateModified'),
};
