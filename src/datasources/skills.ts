import type { Models } from 'purecloud-platform-client-v2';
import { entityStateOf } from './wire/open-enum.ts';
import { listingById } from './resource.ts';
import { EntityRecord } from './wire/wire-record.ts';

class SkillRecord extends EntityRecord<Models.RoutingSkill> {
  get state() {
    return entityStateOf(this.text('state'));
  }
  get dateModified() {
    return this.dateTime('dateModified');
  }
}

export const skills = listingById({
  name: 'skills',
  type: 'Skill',
  permissions: ['routing:skill:view'],
  ttl: { name: 'SKILL', seconds: 300 },
  root: 'skill',
  federated: { key: ['id'] },
  cardinalities: {
    skillsPerInteraction: {
      most: 10,
      meaning: 'skills of an interaction',
      perObject: 'CampaignInteraction.skills',
    },
    skillsPerUser: { most: 50, meaning: 'skills of an agent', perObject: 'User.skills' },
    skillsPerList: { most: 100, meaning: 'skills that a list refers to', perList: 'Skill' },
  },
  path: '/api/v2/routing/skills',
  maxIds: 500,
  Entity: SkillRecord,
});
