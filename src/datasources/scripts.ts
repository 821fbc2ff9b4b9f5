import type { Models } from 'purecloud-platform-client-v2';
import { oneByOne } from './resource.ts';
import { EntityRecord } from './wire/wire-record.ts';

class ScriptRecord extends EntityRecord<Models.Script> {
  get versionId() {
    return this.text('versionId');
  }
  get publishedDate() {
    return this.dateTime('publishedDate');
  }
  get modifiedDate() {
    return this.dateTime('modifiedDate');
  }
  get startPageName() {
    return this.text('startPageName');
  }
  get division() {
    return this.reference('division');
  }
}

/** The upstream has no listing of scripts by id; a campaign has few scripts. */
export const scripts = oneByOne({
  name: 'scripts',
  type: 'Script',
  permissions: ['scripter:script:view'],
  ttl: { name: 'SCRIPT', seconds: 300 },
  root: 'script',
  federated: { key: ['id'] },
  cardinalities: {
    scriptsPerList: { most: 10, meaning: 'scripts that a list refers to', perList: 'Script' },
  },
  path: '/api/v2/scripts',
  Entity: ScriptRecord,
});
