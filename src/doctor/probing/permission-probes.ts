import { type Registry, resourcesOf } from '../../datasources/index.ts';
import type { UpstreamRequest } from '../../upstream/request.ts';

/** Id that nothing has. */
const NIL = '00000000-0000-0000-0000-000000000000';

/** Permissions of which one is enough, and the cheapest call that shows whether there is one. */
export interface PermissionProbe {
  readonly permissions: readonly string[];
  /** Names of the resources that need one of them. */
  readonly resources: readonly string[];
  readonly request: UpstreamRequest;
  /** True when the path of the call has an id, so that a refusal may be one of the id. */
  readonly hasIdInPath: boolean;
  /** True for a body as the upstream gives it; others may be of something on the way. */
  readonly isAnswer: (body: unknown) => boolean;
}

/** Probes of all permissions that the resources of a registry need, one for each set of them. */
export function permissionProbesOf(registry: Registry): readonly PermissionProbe[] {
  const needing = resourcesOf(registry).filter(({ permissions }) => permissions.length > 0);
  const sets = Map.groupBy(needing, ({ permissions }) => permissions.toSorted().join(' '));
  return [...sets.values()].map((resources) => {
    const candidates = resources.map((resource) => {
      const own = 'within' in resource ? resource.within(NIL) : resource;
      return { request: own.request([NIL], []), isAnswer: (body: unknown) => own.rows(body, [NIL]) !== null };
    });
    // The first of the cheapest.
    const [cheapest] = candidates.toSorted((one, other) => costOf(one.request) - costOf(other.request));
    if (cheapest === undefined) throw new TypeError('A group has a resource.');
    const { permissions, path } = cheapest.request;
    const names = resources.map(({ name }) => name);
    return { ...cheapest, permissions, resources: names, hasIdInPath: path.includes(NIL) };
  });
}

/** A listing of no rows is cheapest, and says most: where the path has no id, a 403 can only be one of the permission. */
function costOf({ method, path }: UpstreamRequest): number {
  return (path.includes(NIL) ? 2 : 0) + (method === 'GET' ? 0 : 1);
}
