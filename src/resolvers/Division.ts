import { divisions } from '../datasources/divisions.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const division = entityFields(divisions, (sources) => sources.divisions);

export const Division: TypeResolvers<'Division'> = {
  nodeId: division.nodeId,
  name: division.name,
};
