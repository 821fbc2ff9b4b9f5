import type { Models } from 'purecloud-platform-client-v2';
import { entityStateOf, openEnum } from './wire/open-enum.ts';
import { listingById } from './resource.ts';
import { EntityRecord, WireRecord } from './wire/wire-record.ts';

const routingStateOf = openEnum(
  ['OFF_QUEUE', 'IDLE', 'INTERACTING', 'NOT_RESPONDING', 'COMMUNICATING'],
  'UNKNOWN',
);
const systemPresenceOf = openEnum(
  ['AVAILABLE', 'AWAY', 'BREAK', 'BUSY', 'IDLE', 'MEAL', 'MEETING', 'OFFLINE', 'ON_QUEUE', 'TRAINING'],
  'UNKNOWN',
);

/** Agent or any other user. */
class UserRecord extends EntityRecord<Models.User> {
  get email() {
    return this.text('email');
  }
  get department() {
    return this.text('department');
  }
  get title() {
    return this.text('title');
  }
  get username() {
    return this.text('username');
  }
  get state() {
    return entityStateOf(this.text('state'));
  }
  get division() {
    return this.reference('division');
  }
  get manager() {
    return this.reference('manager');
  }
  get presence() {
    const presence = this.nested('presence');
    return presence && new UserPresenceRecord(presence, this.origin);
  }
  get routingStatus() {
    const status = this.nested('routingStatus');
    return status && new RoutingStatusRecord(status, this.origin);
  }
  get skills() {
    return this.list('skills')?.map((row) => new UserSkillRecord(row, this.origin)) ?? null;
  }
}

export class UserPresenceRecord extends WireRecord<Models.UserPresence> {
  get systemPresence() {
    return systemPresenceOf(this.systemPresenceCode);
  }
  get systemPresenceCode() {
    const definition = this.nested('presenceDefinition');
    return definition && new PresenceDefinitionRecord(definition, this.origin).systemPresence;
  }
  get modifiedDate() {
    return this.dateTime('modifiedDate');
  }
}

class PresenceDefinitionRecord extends WireRecord<Models.PresenceDefinition> {
  get systemPresence() {
    return this.text('systemPresence');
  }
}

export class RoutingStatusRecord extends WireRecord<Models.RoutingStatus> {
  get status() {
    return routingStateOf(this.statusCode);
  }
  get statusCode() {
    return this.text('status');
  }
  get startTime() {
    return this.dateTime('startTime');
  }
}

/** Skill of a user. The row's `id` and `name` are the skill's; its `selfUri` is not, so `skillUri` is read. */
export class UserSkillRecord extends WireRecord<Models.UserRoutingSkill> {
  get skill() {
    return this.referenceBy('id', 'name', 'skillUri');
  }
  get proficiency() {
    return this.float('proficiency');
  }
}

/** The upstream's expand is best effort, so a requested part may still be absent. */
export const users = listingById({
  name: 'users',
  type: 'User',
  permissions: [],
  ttl: { name: 'USER', seconds: 60 },
  root: 'user',
  federated: { key: ['id'] },
  cardinalities: {
    usersPerList: { most: 500, meaning: 'agents and other users that a list refers to', perList: 'User' },
  },
  path: '/api/v2/users',
  maxIds: 500,
  // The default, `active`, hides inactive and deleted users, to whom interactions still refer.
  query: [['state', 'any']],
  expand: [
    { name: 'presence', query: ['expand', 'presence'], ttl: { name: 'PRESENCE', seconds: 5 } },
    {
      name: 'routingStatus',
      query: ['expand', 'routingStatus'],
      ttl: { name: 'ROUTING_STATUS', seconds: 5 },
    },
    { name: 'skills', query: ['expand', 'skills'], ttl: { name: 'USER_SKILLS', seconds: 60 } },
  ],
  Entity: UserRecord,
});
