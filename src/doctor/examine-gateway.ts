import type { GraphQLSchema } from 'graphql';
import { waysOut } from '../config/network.ts';
import type { Config } from '../config/slices.ts';
import type { UpstreamTarget } from '../config/upstream.ts';
import { type Registry, resources } from '../datasources/index.ts';
import { servedSchema } from '../federation/served-schema.ts';
import { UpstreamError } from '../errors.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { trusting } from '../lib/trusted-authorities.ts';
import { Turns } from '../lib/turns.ts';
import { Http } from '../upstream/http/http.ts';
import { contactApi, toldOfApi } from './checks/api.ts';
import { checkAuthorities } from './checks/authorities.ts';
import { checkCollector } from './checks/collector.ts';
import { toldOfClock } from './checks/clock-skew.ts';
import { askForCredential, toldOfCredential } from './checks/credential.ts';
import { checkLogin } from './checks/login.ts';
import { checkNames } from './checks/names.ts';
import { checkPermissions, untoldPermissions } from './checks/permissions.ts';
import { checkPort } from './checks/port.ts';
import { type ProxiedHost, ReachNotes, toldOfProxies } from './checks/proxies.ts';
import { toldOfQuota } from './checks/quota.ts';
import { checkRedis } from './checks/redis.ts';
import { checkSigningKeys } from './checks/signing-keys.ts';
import { checkTrustedDocuments } from './checks/trusted-documents.ts';
import { finding, type Finding, worstOf } from './probing/finding.ts';
import type { DoctorReport } from './format-report.ts';
import { Patience } from './probing/patience.ts';
import type { GivenTokenText } from './token-file.ts';
import { UpstreamCalls } from './probing/upstream-calls.ts';

export interface DoctorOptions {
  readonly config: Config;
  /** Questionable settings, as sentences. @default none */
  readonly warnings?: readonly string[];
  /** Upstream. @default that of the configuration, which names none where the sandbox is meant */
  readonly target?: UpstreamTarget;
  /** Token of a caller, in pass-through mode. @default null, none was given */
  readonly givenToken?: GivenTokenText | null;
  /** @default that of `datasources/index.ts` */
  readonly registry?: Registry;
  /** @default the schema that the configuration asks for */
  readonly schema?: GraphQLSchema;
  /** @default the clock of the machine */
  readonly clock?: Clock;
}

/** Name of a check, for one that ends too late, and the check itself; no finding where nothing is configured. */
type Check = readonly [
  name: string,
  run: () => Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>,
];

/** Connections to one origin; as many as there are calls at once. */
const CONNECTIONS = 8;
/** Longest time for each step of making a connection, so that one that is stuck is told from an answer that is late. */
const CONNECT_MS = 1_000;

/**
 * Tells whether a gateway with this configuration would work here, within seconds and with few calls, none of which changes
 * anything. Checks that do not depend on each other run at the same time, each within a time of its own.
 */
export async function examineGateway(options: DoctorOptions): Promise<DoctorReport> {
  const { config, registry = resources, clock = systemClock } = options;
  const { server, network, operations, auth, redis, telemetry } = config;
  const patience = new Patience(clock);
  const schema = options.schema ?? (await servedSchema(config.federation));
  const examined = new ExaminedUpstream(options, patience, { registry, schema });
  const { http } = examined;
  const { tokens = null, apiKeys = [] } = auth.authentication ?? {};
  const { trustedDocuments } = operations;
  const checks: readonly Check[] = [
    ['configuration', () => toldOfConfiguration(config, options.warnings ?? [])],
    ['port', () => checkPort(server, http, patience)],
    ['ca-file', () => (network.authorities.length === 0 ? [] : checkAuthorities(network, clock))],
    [
      'trusted-documents',
      () => (trustedDocuments === null ? [] : checkTrustedDocuments(trustedDocuments, schema, operations)),
    ],
    ['api', () => examined.findings()],
    ['redis', () => (redis === null ? [] : checkRedis(redis, patience))],
    [
      'signing-keys',
      () => (tokens === null ? [] : checkSigningKeys(tokens.jwksUrl, apiKeys.length > 0, http, patience)),
    ],
    [
      'traces',
      () => (telemetry.otlpEndpoint === null ? [] : checkCollector(telemetry.otlpEndpoint, http, patience)),
    ],
  ];
  try {
    const findings = (await Promise.all(checks.map((check) => inTime(check, patience)))).flat();
    return {
      result: worstOf(findings),
      findings,
      calls: examined.calls.made,
      ms: Math.round(patience.spentMs),
    };
  } finally {
    await http.dispose();
  }
}

/** Each step of a check ends in time, and so should the check; if not, the others do not wait for it. */
async function inTime([name, run]: Check, patience: Patience): Promise<Finding | readonly Finding[]> {
  try {
    return await patience.all(async () => run());
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return finding(name, 'could not tell', 'The time for all checks ran out before this one ended.');
  }
}

/** Report for a configuration that cannot be used: nothing else can be told then. */
export function reportOfProblems(problems: readonly string[]): DoctorReport {
  const findings = problems.map((problem) => finding('configuration', 'fail', problem, { advice: null }));
  return { result: worstOf(findings), findings, calls: 0, ms: 0 };
}

function toldOfConfiguration({ upstream: { target } }: Config, warnings: readonly string[]): Finding[] {
  const upstream =
    target === null
      ? 'No upstream is set: the gateway runs over the embedded sandbox, whose organisation is invented.'
      : 'All settings are valid.';
  return [
    finding('configuration', 'ok', upstream, {
      advice: target === null ? 'GENESYSCLOUD_REGION names the region of an organisation of your own.' : null,
      facts: { isSandbox: target === null },
    }),
    ...warnings.map((warning) => finding('configuration', 'warn', warning, { result: 'works' })),
  ];
}

/** What is said of a credential. */
interface CredentialWords {
  readonly what: string;
  readonly advice: string;
  /** Who needs the permissions. */
  readonly holder: string;
}

const words: Readonly<Record<UpstreamTarget['credentials']['mode'], CredentialWords>> = {
  client: {
    what: "the token of the gateway's OAuth client",
    advice: 'The login and the API may belong to different regions: compare the configured URLs.',
    holder: "the role of the gateway's OAuth client",
  },
  accessToken: {
    what: 'the access token of GENESYSCLOUD_ACCESS_TOKEN',
    advice: 'Set a new access token, or an OAuth client, which the gateway logs in as by itself.',
    holder: 'the owner of the access token',
  },
  passThrough: {
    what: 'the token of --token-file',
    advice: 'Take a new token of a caller, of the same region.',
    holder: 'the caller',
  },
};

/** The API and the login, with everything that depends on calls to them. */
class ExaminedUpstream {
  readonly http: Http;
  readonly calls: UpstreamCalls;
  readonly #options: DoctorOptions;
  readonly #patience: Patience;
  readonly #described: { readonly registry: Registry; readonly schema: GraphQLSchema };
  readonly #target: UpstreamTarget;
  readonly #notes = new ReachNotes();
  readonly #proxied: readonly ProxiedHost[];
  readonly #direct: readonly string[];

  constructor(
    options: DoctorOptions,
    patience: Patience,
    described: { readonly registry: Registry; readonly schema: GraphQLSchema },
  ) {
    const { config, target = config.upstream.target ?? undefined } = options;
    if (target === undefined) throw new TypeError('A configuration without an upstream needs a target.');
    const { apiUrl, credentials } = target;
    const urls = [apiUrl, ...(credentials.mode === 'client' ? [credentials.tokenUrl] : [])].map(
      (url) => new URL(url),
    );
    const origins = [...new Set(urls.map(({ origin }) => origin))];
    const wayTo = waysOut(config.network, origins, config.upstream.target === null);
    const turns = new Turns(patience.clock);
    this.http = new Http(CONNECT_MS, turns, CONNECTIONS, {
      wayTo,
      secureContext: trusting(config.network.authorities),
      observer: this.#notes,
    });
    this.calls = new UpstreamCalls({ apiUrl, transport: this.http, patience, turns });
    this.#options = options;
    this.#patience = patience;
    this.#described = described;
    this.#target = target;
    this.#proxied = origins.flatMap((origin) => {
      const proxy = wayTo(origin);
      return proxy === null ? [] : [{ host: new URL(origin).host, proxy: proxy.name }];
    });
    this.#direct = origins.filter((origin) => wayTo(origin) === null).map((each) => new URL(each).hostname);
  }

  /** Findings in the order of the output. */
  async findings(): Promise<readonly Finding[]> {
    const { calls } = this;
    const names = checkNames(this.#direct, this.#patience);
    const [contact, { token, findings, untold }] = await Promise.all([contactApi(calls), this.#token()]);
    const { mode } = this.#target.credentials;
    const said = words[mode];
    const asked = token === null ? null : await askForCredential(calls, token);
    const permissions =
      token === null
        ? untoldPermissions(this.#described.registry, untold.why, untold.result, untold.advice)
        : await checkPermissions(token, { calls, ...this.#described, holder: said.holder });
    const { host, protocol } = new URL(this.#target.apiUrl);
    const proxy = this.#proxied.find((each) => each.host === host);
    const tls = protocol === 'https:' ? 'over TLS, ' : '';
    const way = tls + (proxy === undefined ? 'directly' : `through the proxy ${proxy.proxy}`);
    return [
      ...(await names),
      ...toldOfProxies(this.#proxied, this.#notes),
      toldOfApi(contact, host, way, calls.accepted > 0),
      toldOfClock(calls.skewMs),
      ...findings,
      ...(asked === null ? [] : [toldOfCredential(asked, said.what, said.advice, calls.accepted)]),
      ...(token === null ? [] : [toldOfQuota(calls)]),
      ...permissions,
    ];
  }

  /** Token for the calls, with what was found on the way to it, and what cannot be told without one. */
  async #token(): Promise<{
    readonly token: string | null;
    readonly findings: readonly Finding[];
    readonly untold: {
      readonly why: string;
      readonly result: Finding['result'];
      readonly advice: string | null;
    };
  }> {
    const { credentials } = this.#target;
    const { givenToken = null } = this.#options;
    const ignored =
      givenToken === null || credentials.mode === 'passThrough'
        ? []
        : [
            finding(
              'token',
              'warn',
              'The token of --token-file is not used: the gateway has a credential of its own.',
              {
                result: 'works',
              },
            ),
          ];
    switch (credentials.mode) {
      case 'client': {
        const login = await checkLogin(credentials, this.calls, this.#patience);
        const untold = { why: 'there was no login', result: login.finding.result, advice: null };
        return { token: login.token, findings: [...ignored, login.finding], untold };
      }
      case 'accessToken':
        return { token: credentials.accessToken, findings: ignored, untold: noToken };
      case 'passThrough':
        return givenToken === null ? { token: null, findings: [], untold: noToken } : this.#given(givenToken);
    }
  }

  #given({ token, problem, warnings }: GivenTokenText) {
    const findings = warnings.map((warning) => finding('token', 'warn', warning, { result: 'works' }));
    const untold = { why: 'the token could not be read', result: 'does not work', advice: null } as const;
    if (problem === null) return { token, findings, untold };
    return { token: null, findings: [...findings, finding('token', 'fail', problem)], untold };
  }
}

/** In pass-through mode the permissions are those of each caller: the gateway itself lacks nothing. */
const noToken = {
  why: 'callers bring tokens of their own, and none was given',
  result: 'works',
  advice: '--token-file FILE, or --token-file - for standard input, gives the token of a caller.',
} as const;
