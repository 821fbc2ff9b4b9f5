import type { Models } from 'purecloud-platform-client-v2';
import { listingById } from './resource.ts';
import { isId, usualId } from './wire/ids.ts';
import { EntityRecord } from './wire/wire-record.ts';

class WrapUpCodeRecord extends EntityRecord<Models.WrapupCode> {}

/** Code of the system, which the lookup does not know. */
const SYSTEM_CODE = /^ININ-\P{Cc}{0,123}$/iu;

export const wrapUpCodes = listingById({
  name: 'wrapUpCodes',
  type: 'WrapUpCode',
  permissions: ['routing:wrapupCode:view'],
  ttl: { name: 'WRAP_UP_CODE', seconds: 300 },
  federated: { key: ['id'] },
  path: '/api/v2/routing/wrapupcodes',
  ids: {
    ...usualId,
    is: (value): value is string => isId(value) || (typeof value === 'string' && SYSTEM_CODE.test(value)),
    rule: `${usualId.rule}, or a code that begins with ININ-`,
  },
  builtIn: (id) => (SYSTEM_CODE.test(id) ? { id, name: id } : undefined),
  maxIds: 100,
  Entity: WrapUpCodeRecord,
});
