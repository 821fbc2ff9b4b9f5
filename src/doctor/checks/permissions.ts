import type { GraphQLSchema } from 'graphql';
import type { Registry } from '../../datasources/index.ts';
import { describeFailure } from '../probing/describe-failure.ts';
import { type FieldsOfResource, fieldsOfResources, groupedFields } from '../probing/fields-of-resources.ts';
import { finding, type Finding } from '../probing/finding.ts';
import { type PermissionProbe, permissionProbesOf } from '../probing/permission-probes.ts';
import type { ProbeOutcome, UpstreamCalls } from '../probing/upstream-calls.ts';

/** Calls at once. Few, so that a refused one keeps the others from being made. */
const AT_ONCE = 4;

export interface PermissionCheckOptions {
  readonly calls: UpstreamCalls;
  readonly registry: Registry;
  readonly schema: GraphQLSchema;
  /** Who needs the permissions, such as "the role of the OAuth client". */
  readonly holder: string;
}

/** Tells for each permission whether the credential has it, and which fields have no value without it. */
export async function checkPermissions(
  token: string,
  { calls, registry, schema, holder }: PermissionCheckOptions,
): Promise<readonly Finding[]> {
  const probes = permissionProbesOf(registry);
  const fields = fieldsOfResources(schema, registry);
  const found = new Map<PermissionProbe, Finding>();
  const queue = probes.values();
  const worker = async () => {
    for (const probe of queue) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one call after the other
      const outcome = await calls.ask(probe.request, token);
      found.set(probe, told(probe, outcome, lossOf(probe, fields), holder));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const findings = probes.flatMap((probe) => found.get(probe) ?? []);
  // Nothing is left of a gateway that may read nothing.
  const isUseless = findings.length > 0 && findings.every(({ status }) => status === 'fail');
  return isUseless ? findings.map((each) => ({ ...each, result: 'does not work' })) : findings;
}

/** Findings for permissions that cannot be asked for, because there is no credential to ask with. */
export function untoldPermissions(
  registry: Registry,
  why: string,
  result: Finding['result'],
  advice: string | null,
): readonly Finding[] {
  return permissionProbesOf(registry).map((probe) =>
    finding(nameOf(probe), 'could not tell', `Not asked, because ${why}.`, {
      result,
      advice,
      facts: { permissions: probe.permissions },
    }),
  );
}

function nameOf({ permissions }: PermissionProbe): string {
  return `permission ${permissions.join(' or ')}`;
}

function told(
  probe: PermissionProbe,
  { body, error, withheld, withinMs }: ProbeOutcome,
  loss: FieldsOfResource,
  holder: string,
): Finding {
  const name = nameOf(probe);
  const { permissions } = probe;
  const facts = { permissions, fields: loss.fields, fieldsSometimes: loss.sometimes };
  const unknown = (message: string, advice: string | null = null, correlationId: string | null = null) =>
    finding(name, 'could not tell', message, { facts: { ...facts, correlationId }, advice });
  if (withheld !== null) return unknown(`Not asked, because ${withheld}.`);
  if (error === null) {
    return probe.isAnswer(body)
      ? finding(name, 'ok', 'Granted.', { facts })
      : unknown(
          'The call for it was answered, but not as the API does: something on the way may answer in its place.',
        );
  }
  if (error.isNotFound) {
    const message = 'Granted: the API looked for an id that does not exist (404), and did not deny the call.';
    return finding(name, 'ok', message, { facts });
  }
  const { failure, refusedBy } = error;
  if (failure.code !== 'FORBIDDEN') {
    const { why, advice, correlationId } = describeFailure(error, withinMs);
    const hidden =
      failure.upstreamStatus === 404 ? ' A refusal that is hidden behind a 404 would look the same.' : '';
    return unknown(`The call for it did not show this: ${why}.${hidden}`, advice, correlationId);
  }
  if (refusedBy !== null) {
    return unknown(`The call for it did not show this: ${failure.message} (status 403).`);
  }
  if (failure.missingPermissions === undefined && probe.hasIdInPath) {
    return unknown(
      'The API refused the call (403) and named no permission. It may refuse any id that it does not know in the same way.',
      `See whether ${holder} has ${permissions.join(' or ')}.`,
    );
  }
  const missing = failure.missingPermissions ?? permissions;
  const lack = missing.join(permissions.length > 1 ? ' or ' : ' and ');
  return finding(name, 'fail', `Missing: the API refused the call for lack of ${lack}.`, {
    details: lossInWords(loss),
    result: 'works with less',
    advice: `Give ${holder} the permission ${lack}, if these fields are wanted.`,
    facts: { ...facts, missing },
  });
}

function lossOf(
  { resources }: PermissionProbe,
  fields: ReadonlyMap<string, FieldsOfResource>,
): FieldsOfResource {
  const own = resources.flatMap((name) => fields.get(name) ?? []);
  return {
    fields: own.flatMap((each) => each.fields),
    sometimes: own.flatMap((each) => each.sometimes),
  };
}

function lossInWords({ fields, sometimes }: FieldsOfResource): readonly string[] {
  return [
    ...(fields.length === 0 ? [] : [`Null without it, with an error: ${groupedFields(fields)}.`]),
    ...(sometimes.length === 0
      ? []
      : [`Null as well when a reference comes without it: ${groupedFields(sometimes)}.`]),
  ];
}
