import type { Models } from 'purecloud-platform-client-v2';
import { listingById } from './resource.ts';
import { EntityRecord } from './wire/wire-record.ts';

class QueueRecord extends EntityRecord<Models.Queue> {
  get description() {
    return this.writtenText('description');
  }
  get memberCount() {
    return this.integer('memberCount');
  }
  get joinedMemberCount() {
    return this.integer('joinedMemberCount');
  }
  get division() {
    return this.reference('division');
  }
}

export const queues = listingById({
  name: 'queues',
  type: 'Queue',
  permissions: ['routing:queue:view'],
  ttl: { name: 'QUEUE', seconds: 300 },
  root: 'queue',
  federated: { key: ['id'] },
  cardinalities: {
    queuesPerList: { most: 100, meaning: 'queues that a list refers to', perList: 'Queue' },
  },
  path: '/api/v2/routing/queues',
  maxIds: 500,
  Entity: QueueRecord,
});
