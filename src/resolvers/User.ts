import { users } from '../datasources/users.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const user = entityFields(users, (sources) => sources.users);

export const User: TypeResolvers<'User'> = {
  nodeId: user.nodeId,
  name: user.name,
  email: user.field('email'),
  department: user.field('department'),
  title: user.field('title'),
  username: user.field('username'),
  state: user.field('state'),
  division: user.field('division'),
  manager: user.field('manager'),
  presence: user.field('presence', 'presence'),
  routingStatus: user.field('routingStatus', 'routingStatus'),
  skills: user.field('skills', 'skills'),
};
