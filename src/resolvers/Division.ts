import { entityFields } from './entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const division = entityFields(({ divisions }) => divisions);

export const Division: TypeResolvers<'Division'> = {
  name: division.name,
};
