import { entityFields } from './entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const wrapUpCode = entityFields(({ wrapUpCodes }) => wrapUpCodes);

export const WrapUpCode: TypeResolvers<'WrapUpCode'> = {
  name: wrapUpCode.name,
};
