import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { parseConfig } from '../../../src/config/config.ts';
import { settings } from '../../../src/config/settings.ts';
import { Page } from '../../support/documentation.ts';
import { gatewayForTest } from '../../support/gateway.ts';
import { type Manifest, problemsOf } from './check-manifest.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'deploy/kubernetes');

// Kubernetes reads YAML 1.1, where `on` and `no` are booleans.
const documents = globSync('*.yaml', { cwd: folder }).flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { version: '1.1', strict: true }),
);
const manifests: Manifest[] = documents.map((document) => document.toJS());

function only<T>(is: (value: unknown) => value is T): T {
  const [found, ...more] = manifests.filter((manifest): manifest is Manifest & T => is(manifest));
  if (found === undefined || more.length > 0) throw new Error('There is not exactly one of this kind.');
  return found;
}

/** A value that the API calls optional and the manifests have. Throws when it is missing. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('It is missing.');
  return value;
}

const deployment = only(Deployment.is);
const service = only(Service.is);
const config = only(ConfigMap.is);
const { template } = given(deployment.spec);
const pod = given(template.spec);
const [container, ...others] = pod.containers;
const gateway = given(container);
const labels = given(template.metadata?.labels);
const ports = new Map((gateway.ports ?? []).map(({ name, containerPort }) => [name, containerPort]));

describe('the manifests', () => {
  test('are valid under the schemas of the Kubernetes API', async () => {
    expect(manifests).toHaveLength(6);
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(await problemsOf(manifests)).toEqual([]);
  });

  test('belong together: each refers to the pods of the one deployment', () => {
    expect(others).toEqual([]);
    expect(deployment.spec?.selector.matchLabels).toEqual(labels);
    expect(service.spec?.selector).toEqual(labels);
    expect(only(PodDisruptionBudget.is).spec?.selector?.matchLabels).toEqual(labels);
    expect(only(NetworkPolicy.is).spec?.podSelector?.matchLabels).toEqual(labels);
    const spread = pod.topologySpreadConstraints ?? [];
    expect(spread.map(({ labelSelector }) => labelSelector?.matchLabels)).toEqual([labels, labels]);
    const { apiVersion, kind, metadata } = deployment;
    expect(only(HorizontalPodAutoscaler.is).spec?.scaleTargetRef).toEqual({
      apiVersion,
      kind,
      name: metadata?.name,
    });
    expect(gateway.envFrom).toEqual([
      { configMapRef: { name: config.metadata?.name } },
      { secretRef: { name: config.metadata?.name, optional: true } },
    ]);
    expect(manifests.map(({ metadata: each }) => each)).toEqual(
      manifests.map(() => expect.objectContaining({ name: metadata?.name, labels })),
    );
  });

  test('set only settings that the gateway has, the ports of the container, and no secret', () => {
    const values = given(config.data);
    expect(Object.keys(values).filter((name) => !(name in settings))).toEqual([]);
    expect(
      Object.entries(settings).filter(([name, setting]) => name in values && 'hidden' in setting),
    ).toEqual([]);
    expect(gateway.env).toBeUndefined();
    const secrets = [
      ...new Page('docs/operate.md').block('sh', 'kubectl').matchAll(/--from-literal=(\w+)/g),
    ].map(([, name = '']) => name);
    expect(secrets.length).toBeGreaterThan(1);
    expect(secrets.filter((name) => !(name in settings))).toEqual([]);
    const { server, telemetry } = parseConfig(values);
    expect(Object.fromEntries(ports)).toEqual({ http: server.port, metrics: telemetry.metricsPort });
    expect(server.host).toBe('0.0.0.0');
  });

  test('lead to exactly the ports of the container', () => {
    const named = [...ports.keys()];
    expect(service.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(named);
    const ingress = only(NetworkPolicy.is).spec?.ingress ?? [];
    expect(ingress.flatMap((rule) => rule.ports ?? []).map(({ port }) => port)).toEqual(named);
  });

  test('probe paths that the gateway answers with 200', async () => {
    const probes = [gateway.startupProbe, gateway.livenessProbe, gateway.readinessProbe];
    expect(probes.map((probe) => probe?.httpGet?.path)).toEqual(['/health', '/health', '/ready']);
    const { gateway: running } = await gatewayForTest();
    for (const probe of probes) {
      const { path = '', port } = given(probe?.httpGet);
      expect(port).toBe('http');
      expect((await running.fetch(new Request(`http://10.0.0.1${path}`))).status).toBe(200);
    }
  });

  test('give the pod more time to end than preStop and the drain take', () => {
    const waits = given(gateway.lifecycle?.preStop?.sleep?.seconds);
    const { drainSeconds } = parseConfig(given(config.data)).server;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(waits + drainSeconds);
  });

  test('run the image of this version as the user of the Dockerfile, with a read-only root file system', () => {
    expect(gateway.image).toBe(`${packageJson.name}:${packageJson.version}`);
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    const { runAsUser, runAsGroup, runAsNonRoot } = given(pod.securityContext);
    expect(runAsNonRoot).toBe(true);
    expect(dockerfile).toContain(`\nUSER ${runAsUser}:${runAsGroup}\n`);
    expect(gateway.securityContext?.readOnlyRootFilesystem).toBe(true);
  });
});

describe('the check of a manifest', () => {
  const ours = given(manifests.find(({ kind }) => kind === 'Deployment'));

  test.each<[string, Manifest, string | RegExp]>([
    ['a misspelt field', withContainer({ livenesProbe: {} }), '\'"livenesProbe"\' does not exist'],
    [
      'a misspelt field deep inside',
      withContainer({ resources: { limit: { memory: '1Gi' } } }),
      '\'"limit"\' does not exist',
    ],
    ['a text in place of a number', withContainer({ ports: [{ containerPort: '4000' }] }), 'must be integer'],
    ['an invalid quantity', withContainer({ resources: { limits: { memory: 'much' } } }), 'quantity'],
    ['a missing field', { ...ours, spec: {} }, 'must have required property template'],
    [
      'a value that is not one of those allowed',
      withContainer({ ports: [{ containerPort: 4000, protocol: 'HTTP' }] }),
      'protocol must be equal to one of the allowed values',
    ],
    ['an unknown kind', { ...ours, kind: 'Deploiment' }, 'apps/v1 Deploiment: its schema is not known'],
    [
      'an unknown API version',
      { ...ours, apiVersion: 'apps/v1beta1' },
      'apps/v1beta1 Deployment: its schema',
    ],
  ])('reports %s', async (_what, manifest, problem) => {
    const problems = await problemsOf([manifest]);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  function withContainer(fields: object): Manifest {
    const containers = [{ ...gateway, ...fields }];
    return { ...ours, spec: { ...deployment.spec, template: { ...template, spec: { ...pod, containers } } } };
  }
});
