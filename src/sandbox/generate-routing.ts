import type { Models } from 'purecloud-platform-client-v2';

import { generatedDate, refOf } from './generate-people.ts';
import { at, stableId } from './random.ts';

const QUEUES = [
  'Outbound Sales',
  'Renewals',
  'Collections Early',
  'Collections Late',
  'Surveys',
  'Appointments',
  'Win Back',
  'Premium Care',
];
const SKILLS = [
  'English',
  'German',
  'French',
  'Spanish',
  'Billing',
  'Contracts',
  'Hardware',
  'Negotiation',
  'Payment plans',
  'Premium',
  'Retention',
  'Surveys',
];
const SCRIPTS = ['Sales pitch', 'Renewal talk', 'Payment reminder', 'Satisfaction survey', 'Appointment'];
const WRAP_UP_CODES = [
  'Sale',
  'Call back later',
  'Not interested',
  'Wrong number',
  'Promise to pay',
  'Do not call',
];

export function generateQueues(seed: number, divisions: readonly Models.AuthzDivision[]): Models.Queue[] {
  return QUEUES.map((name, index) => {
    const id = stableId(seed, 'queue', index);
    return {
      id,
      name,
      description: `Calls of ${name}`,
      division: refOf(at(divisions, index)),
      dateCreated: generatedDate(400_000 + index),
      dateModified: generatedDate(4_000 + index),
      selfUri: `/api/v2/routing/queues/${id}`,
    };
  });
}

export function generateSkills(seed: number): Models.RoutingSkill[] {
  return SKILLS.map((name, index) => {
    const id = stableId(seed, 'skill', index);
    return {
      id,
      name,
      dateModified: generatedDate(9_000 + index),
      state: index === 6 ? 'inactive' : 'active',
      version: '1',
      selfUri: `/api/v2/routing/skills/${id}`,
    };
  });
}

export function generateScripts(seed: number, divisions: readonly Models.AuthzDivision[]): Models.Script[] {
  return SCRIPTS.map((name, index) => {
    const id = stableId(seed, 'script', index);
    return {
      id,
      name,
      division: refOf(at(divisions, index)),
      versionId: stableId(seed, 'script version', index),
      createdDate: generatedDate(300_000 + index),
      modifiedDate: generatedDate(2_000 + index),
      publishedDate: generatedDate(1_900 + index),
      startPageId: stableId(seed, 'script page', index),
      startPageName: 'Welcome',
      selfUri: `/api/v2/scripts/${id}`,
    };
  });
}

export function generateWrapUpCodes(
  seed: number,
  divisions: readonly Models.AuthzDivision[],
): Models.WrapupCode[] {
  return WRAP_UP_CODES.map((name, index) => {
    const id = stableId(seed, 'wrap-up code', index);
    return {
      id,
      name,
      division: refOf(at(divisions, 0)),
      dateCreated: generatedDate(500_000 + index),
      selfUri: `/api/v2/routing/wrapupcodes/${id}`,
    };
  });
}
