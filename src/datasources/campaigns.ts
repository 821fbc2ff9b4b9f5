import type { Models } from 'purecloud-platform-client-v2';
import { openEnum } from './wire/open-enum.ts';
import { listingById } from './resource.ts';
import { EntityRecord, isObject } from './wire/wire-record.ts';

const campaignStatusOf = openEnum(
  ['ON', 'STOPPING', 'OFF', 'COMPLETE', 'INVALID', 'FORCED_OFF', 'FORCED_STOPPING'],
  'UNKNOWN',
);
const dialingModeOf = openEnum(
  ['AGENTLESS', 'PREVIEW', 'POWER', 'PREDICTIVE', 'PROGRESSIVE', 'EXTERNAL'],
  'UNKNOWN',
);

export class CampaignRecord extends EntityRecord<Models.Campaign> {
  get campaignStatus() {
    return campaignStatusOf(this.text('campaignStatus'));
  }
  get dialingMode() {
    return dialingModeOf(this.text('dialingMode'));
  }
  get callerName() {
    return this.nameAt('callerName');
  }
  get callerAddress() {
    return this.text('callerAddress');
  }
  get dateCreated() {
    return this.dateTime('dateCreated');
  }
  get dateModified() {
    return this.dateTime('dateModified');
  }
  get division() {
    return this.reference('division');
  }
  get contactList() {
    return this.reference('contactList');
  }
  get queue() {
    return this.reference('queue');
  }
  get script() {
    return this.reference('script');
  }
}

/** Voice campaigns only. */
export const campaigns = listingById({
  name: 'campaigns',
  type: 'Campaign',
  permissions: ['outbound:campaign:view'],
  ttl: { name: 'CAMPAIGN', seconds: 15 },
  root: 'campaign',
  federated: { key: ['id'] },
  cardinalities: {
    campaignsPerPage: {
      most: 100,
      meaning: 'campaigns of a page; if your organisation has fewer, their number',
    },
    campaignsPerList: {
      most: 1,
      meaning: "campaigns that the interactions of a list refer to, the list's own campaign included",
      perList: 'CampaignInteraction.campaign',
    },
  },
  path: '/api/v2/outbound/campaigns',
  maxIds: 100,
  Entity: CampaignRecord,
});

/** Campaign id of a row that has a reference to its campaign instead of an id of its own. */
export function campaignIdOf({ campaign }: { campaign?: unknown }): unknown {
  const reference: { id?: unknown } = isObject(campaign) ? campaign : {};
  return reference.id;
}
