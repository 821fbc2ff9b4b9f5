import { scripts } from '../datasources/scripts.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const script = entityFields(scripts, (sources) => sources.scripts);

export const Script: TypeResolvers<'Script'> = {
  nodeId: script.nodeId,
  name: script.name,
  versionId: script.field('versionId'),
  publishedDate: script.field('publishedDate'),
  modifiedDate: script.field('modifiedDate'),
  startPageName: script.field('startPageName'),
  division: script.field('division'),
};
