import { setTimeout as delay } from 'node:timers/promises';
import { RedisProcess, whyNoRedis } from '../redis-process.ts';
import { type AttackRequest, tokenOf } from './attack.ts';
import { assaults } from './attacks/index.ts';
import { type Assault, besiege, type Course } from './besiege.ts';
import { failuresOf } from './failures.ts';
import type { Figures } from '../gateway-process/gateway-figures.ts';
import { Health, type HealthFigures } from '../gateway-process/health.ts';
import { hold, type Held } from './holding/hold.ts';
import { scenarios } from './holding/index.ts';
import { OrdinaryClients } from './ordinary-clients.ts';
import type { SiegeSettings } from './parse-siege-settings.ts';
import { send } from './send.ts';
import { type MeasuredGateway, PEPPER, startGateway } from './start-gateway.ts';
import { Upstream } from './upstream.ts';

/** Time for a gateway to become calm after an attack. */
const PAUSE_MS = 50;
/** Ordinary requests before the first measurement of memory: they compile code and fill caches. */
const WARM_UP_MS = 1500;
/** Time after the last attack until everything that it cost has ended: longer than a request may take. */
const CALM_MS = 2000;
/** An attack that takes so much longer than its share of the time is ended by the end of its gateway. */
const STUCK_MS = 45_000;

/** An assault and what it did. */
export interface Fought {
  readonly assault: Assault;
  readonly course: Course;
  readonly ordinary: Pick<OrdinaryClients, 'right' | 'refused' | 'wrong'>;
  readonly figures: Figures;
  readonly health: HealthFigures;
  /** Upstream calls for the callers of the attacks. */
  readonly calls: number;
  /** Complaints of the gateway's process: errors in its log, and its end. */
  readonly complaints: readonly string[];
  /** True when the gateway shared what it read over a Redis. */
  readonly hasRedis: boolean;
}

/** RSS in megabytes after garbage collection. */
interface Staying {
  readonly start: number;
  readonly end: number;
}

export interface SiegeReport {
  readonly settings: SiegeSettings;
  readonly tookSeconds: number;
  readonly fought: readonly Fought[];
  readonly held: readonly Held[];
  /** Null when there was not one gateway for all assaults: each failed one is the last of its gateway. */
  readonly memory: Staying | null;
  /** Complaints after the last attack. */
  readonly complaints: readonly string[];
}

/** Called for each row of the tables, as soon as it is known. */
export interface SiegeListeners {
  readonly onFought: (fought: Fought) => void;
  readonly onAssaulted: (assaulted: Assaulted) => void;
  /** `nth` counts from 0. */
  readonly onHeld: (held: Held, nth: number) => void;
}

/** Part of the report that the assaults give. */
type Assaulted = Pick<SiegeReport, 'fought' | 'memory' | 'complaints'>;

/** Sends all assaults, then runs all scenarios. */
export async function runSiege(settings: SiegeSettings, listeners: SiegeListeners): Promise<SiegeReport> {
  const beganAtMs = performance.now();
  const chosen = assaults.filter(({ name }) => settings.attacks.includes(name));
  const none: Assaulted = { fought: [], memory: null, complaints: [] };
  const assaulted = chosen.length === 0 ? none : await sendAssaults(chosen, settings, listeners);
  const held: Held[] = [];
  for (const scenario of scenarios.filter(({ name }) => settings.attacks.includes(name))) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    const result = await hold(scenario, settings.gateway);
    listeners.onHeld(result, held.length);
    held.push(result);
  }
  return { settings, tookSeconds: (performance.now() - beganAtMs) / 1000, ...assaulted, held };
}

/** Besieges a gateway with one assault after the other. A gateway that ends is replaced, so that each assault is sent. */
async function sendAssaults(
  chosen: readonly Assault[],
  settings: SiegeSettings,
  { onFought, onAssaulted }: SiegeListeners,
): Promise<Assaulted> {
  const why = settings.withRedis ? whyNoRedis() : null;
  if (why !== null) throw new Error(why);
  const redis = settings.withRedis ? await RedisProcess.start() : null;
  const upstream = await Upstream.start(settings.attacks);
  const siege = new Siege(settings, upstream, redis);
  const fought: Fought[] = [];
  try {
    const start = await siege.residentMb();
    for (const each of chosen) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      const result = await siege.fight(each, (settings.seconds * 1000) / chosen.length);
      fought.push(result);
      onFought(result);
    }
    await delay(CALM_MS);
    const memory = siege.isFirst ? { start, end: await siege.residentMb() } : null;
    const assaulted = { fought, memory, complaints: await siege.stop() };
    onAssaulted(assaulted);
    return assaulted;
  } finally {
    await siege.stop();
    await upstream.end();
    await redis?.end();
  }
}

/** True when the gateway answers again: a blocked event loop is done with the work that clients left behind. */
async function becomesCalm(port: number): Promise<boolean> {
  try {
    return (await send(port, healthRequest, null, 1)) !== null;
  } catch {
    return false;
  }
}

const healthRequest: AttackRequest = {
  method: 'GET',
  path: '/health',
  headers: {},
  body: null,
  reading: 'at once',
  isAnonymous: true,
};

interface Running extends MeasuredGateway {
  readonly health: Health;
}

class Siege {
  readonly #settings: SiegeSettings;
  readonly #upstream: Upstream;
  readonly #redis: RedisProcess | null;
  #running: Running | null = null;
  #gateways = 0;

  constructor(settings: SiegeSettings, upstream: Upstream, redis: RedisProcess | null) {
    this.#settings = settings;
    this.#upstream = upstream;
    this.#redis = redis;
  }

  /** True while there has been only one gateway. */
  get isFirst(): boolean {
    return this.#gateways === 1 && this.#running !== null;
  }

  async fight(assault: Assault, ms: number): Promise<Fought> {
    const { gateway, figures, health } = await this.#run();
    const { port } = gateway;
    await Promise.all([figures.begin(), health.take(), this.#upstream.takeCalls()]);
    const untilMs = performance.now() + ms;
    const stuck = setTimeout(() => void gateway.kill(), ms + STUCK_MS);
    const over = new AbortController();
    const ordinary = new OrdinaryClients();
    const asking = ordinary.ask(port, over.signal);
    const goesOn = () => performance.now() < untilMs && gateway.isAlive;
    const course = await besiege(assault, { port, seed: this.#settings.seed, goesOn });
    over.abort();
    await asking;
    clearTimeout(stuck);
    const isCalm = gateway.isAlive && (await becomesCalm(port));
    const taken = await health.take();
    const measured = await figures.end();
    const calls = await this.#upstream.takeCalls();
    const complaints = gateway.takeComplaints();
    if (gateway.isAlive && !isCalm) complaints.push('the gateway does not become calm again');
    const result: Fought = {
      assault,
      course,
      ordinary,
      figures: measured,
      health: taken,
      calls: assault.attacks.reduce((sum, attack) => sum + (calls.get(tokenOf(attack)) ?? 0), 0),
      complaints,
      hasRedis: this.#redis !== null,
    };
    if (failuresOf(result).length === 0) await delay(PAUSE_MS);
    // What this assault has left behind is not the fault of the next one.
    else await this.stop();
    return result;
  }

  async residentMb(): Promise<number> {
    const { gateway } = await this.#run();
    return (await gateway.memory()).resident;
  }

  /** Ends the gateway. Returns its complaints. */
  async stop(): Promise<string[]> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return [];
    const { gateway, health } = running;
    await health.end();
    // A gateway that is still at work would take until then to stop by itself.
    if (!(await becomesCalm(gateway.port))) await gateway.kill();
    return gateway.stop();
  }

  async #run(): Promise<Running> {
    this.#running ??= await this.#start();
    return this.#running;
  }

  async #start(): Promise<Running> {
    this.#gateways += 1;
    const { gateway, figures } = await startGateway({
      GENESYSCLOUD_API_URL: this.#upstream.url,
      INTROSPECTION: 'on',
      SUBGRAPH: '1',
      ...(this.#redis !== null && { REDIS_URL: this.#redis.url, REDIS_PEPPER: PEPPER }),
      ...this.#settings.gateway,
    });
    await new OrdinaryClients().ask(gateway.port, AbortSignal.timeout(WARM_UP_MS));
    return { gateway, figures, health: new Health(gateway.port) };
  }
}
