import { wrapUpCodes } from '../datasources/wrap-up-codes.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const wrapUpCode = entityFields(wrapUpCodes, (sources) => sources.wrapUpCodes);

export const WrapUpCode: TypeResolvers<'WrapUpCode'> = {
  nodeId: wrapUpCode.nodeId,
  name: wrapUpCode.name,
};
