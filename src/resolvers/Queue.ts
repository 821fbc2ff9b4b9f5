import { queues } from '../datasources/queues.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const queue = entityFields(queues, (sources) => sources.queues);

export const Queue: TypeResolvers<'Queue'> = {
  nodeId: queue.nodeId,
  name: queue.name,
  description: queue.field('description'),
  memberCount: queue.field('memberCount'),
  joinedMemberCount: queue.field('joinedMemberCount'),
  division: queue.field('division'),
};
