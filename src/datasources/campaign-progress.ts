import type { Models } from 'purecloud-platform-client-v2';
import { campaignIdOf } from './campaigns.ts';
import { bareArray } from './listing-envelope.ts';
import { postOfIds } from './resource.ts';
import { WireRecord } from './wire/wire-record.ts';

export class CampaignProgressRecord extends WireRecord<Models.CampaignProgress> {
  get numberOfContactsCalled() {
    return this.integer('numberOfContactsCalled');
  }
  get totalNumberOfContacts() {
    return this.integer('totalNumberOfContacts');
  }
  get percentage() {
    return this.float('percentage');
  }
}

/** Largest batch: undocumented; 100 is the safe choice. */
export const campaignProgress = postOfIds({
  name: 'campaignProgress',
  type: 'Campaign',
  resultType: 'CampaignProgress',
  permissions: ['outbound:campaign:view'],
  ttl: { name: 'CAMPAIGN_PROGRESS', seconds: 5 },
  path: '/api/v2/outbound/campaigns/progress',
  maxIds: 100,
  rows: bareArray,
  idOf: campaignIdOf,
  Entity: CampaignProgressRecord,
});
