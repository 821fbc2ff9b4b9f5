import * as fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { exchanges } from './arbitraries/exchanges.ts';
import { TOKENS } from './arbitraries/headers.ts';
import { answerProblems } from './check-answer.ts';
import type { Exchange } from './exchange.ts';

import { GatewayProcess } from '../gateway-process/gateway-process.ts';
import { GatewayFigures, MONITOR } from '../gateway-process/gateway-figures.ts';
import type { Memory } from '../gateway-process/inspect-memory.ts';
import { Overload } from './overload.ts';
import { ordinaryProblems } from './ordinary-queries.ts';
import type { FuzzSettings } from './parse-fuzz-settings.ts';
import { perform } from './perform.ts';
import { logIn, untilReady } from './log-in.ts';
import { Tally } from './tally.ts';

/** Maximum number of concurrent clients. */
const CLIENTS = 64;
/** Heap of the gateway: too little for clients who take as much as they can get. */
const HEAP_MB = 384;
/** Groups of clients per seed. */
const RUNS = 40;
/** Shares of the run with a memory sample. Caches are full by the first sample, so later growth is a leak. */
const SAMPLED_SHARES = [0.2, 0.4, 0.6, 0.8, 1];
/** Shorter runs do not show leaks. */
const FEWEST_SAMPLED = 25_000;
/** Longer than a request may take, even one whose client has gone. */
const PAUSE_MS = 12_000;
const SETTLING_MS = 10;
const SHRINKING_MS = 120_000;

const nextClient: Exchange = {
  kind: 'ordinary',
  pieces: [],
  pauseMs: 0,
  methods: [],
  isSound: true,
  isProbed: true,
  leaves: 'never',
};

export interface Sample extends Memory {
  readonly requests: number;
}

/** A failure in its smallest known form. */
export interface Failure {
  readonly problems: readonly string[];
  readonly exchanges: readonly Exchange[];
  /** Seed and path reproduce the failure; null when it shows only at the end of a run. */
  readonly replay: { readonly seed: number; readonly path: string } | null;
}

export interface FuzzReport {
  readonly settings: FuzzSettings;
  readonly tookSeconds: number;
  readonly tally: Tally;
  /** Samples after a warm-up, in between, and at the end; empty for a short run. */
  readonly samples: readonly Sample[];
  readonly failure: Failure | null;
}

/** Starts a gateway and sends requests until there were enough, the time is over, or a check fails. */
export async function runFuzz(
  settings: FuzzSettings,
  onSample: (sample: Sample) => void = () => undefined,
): Promise<FuzzReport> {
  const beganAtMs = performance.now();
  const seconds = () => (performance.now() - beganAtMs) / 1000;
  const tally = new Tally();
  const samples: Sample[] = [];
  const fuzzed = new FuzzedGateway(tally);
  const sampledShares = settings.requests < FEWEST_SAMPLED ? [] : SAMPLED_SHARES;
  let failure: Failure | null = null;
  async function sample() {
    await delay(PAUSE_MS);
    const taken = { requests: tally.requests, ...(await fuzzed.memory()) };
    samples.push(taken);
    onSample(taken);
  }
  try {
    for (let round = 0; failure === null; round += 1) {
      const share = Math.max(tally.requests / settings.requests, seconds() / settings.seconds);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      if (share >= (sampledShares[samples.length] ?? Infinity)) await sample();
      if (share >= 1 || (settings.path !== null && round > 0)) break;
      const seed = (settings.seed + round) % 2 ** 31;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      failure = await checkRound(fuzzed, { seed, path: settings.path });
    }
    if (failure === null) {
      const problems = [...(await fuzzed.ordinaryProblems()), ...(await fuzzed.stop())];
      if (problems.length > 0) failure = { problems, exchanges: [], replay: null };
    }
  } finally {
    await fuzzed.stop();
  }
  return { settings, tookSeconds: seconds(), tally, samples, failure };
}

async function checkRound(
  fuzzed: FuzzedGateway,
  { seed, path }: { readonly seed: number; readonly path: string | null },
): Promise<Failure | null> {
  const together = fc.array(exchanges, { minLength: 1, maxLength: CLIENTS, size: 'max' });
  const property = fc.asyncProperty(together, async (all) => {
    const problems = await fuzzed.problemsOf(all);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(property, {
    seed,
    numRuns: RUNS,
    ...(path !== null && { path }),
    interruptAfterTimeLimit: SHRINKING_MS,
  });
  if (!failed || counterexample === null) return null;
  const problems = [errorInstance instanceof Error ? errorInstance.message : String(errorInstance)];
  return { problems, exchanges: counterexample[0], replay: { seed, path: counterexamplePath ?? '' } };
}

interface Running {
  readonly gateway: GatewayProcess;
  readonly overload: Overload;
  readonly tokens: readonly string[];
}

async function start(): Promise<Running> {
  const figures = new GatewayFigures();
  const gateway = await GatewayProcess.start({
    nodeOptions: [`--max-old-space-size=${HEAP_MB}`, '--import', MONITOR],
    onMessage: figures.receive,
  });
  const tokens = await logIn(gateway.upstreamUrl, TOKENS);
  // A gateway that is not ready yet rightly answers `/ready` with 503, which the checks would report.
  await untilReady(gateway.port);
  return { gateway, overload: new Overload(gateway.port, figures), tokens };
}

/** The gateway under test; a new one replaces it after a crash. */
class FuzzedGateway {
  readonly #tally: Tally;
  #running: Promise<Running> | null = null;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Performs all exchanges at the same time. Returns the problems found. */
  async problemsOf(all: readonly Exchange[]): Promise<string[]> {
    const { gateway, overload, tokens } = await this.#run();
    const found = await Promise.all(
      all.map(async (exchange) => {
        const { answers, problems } = await perform(exchange, { port: gateway.port, tokens });
        const requests = Math.max(exchange.methods.length, answers.length, 1);
        for (let nth = 0; nth < requests; nth += 1) {
          this.#tally.count(exchange.kind, answers[nth]?.status ?? null);
        }
        return [...problems, ...answers.flatMap(answerProblems)];
      }),
    );
    // Lets the gateway handle the clients that disconnected before the next client comes.
    await delay(SETTLING_MS);
    const ordinary = await perform(nextClient, { port: gateway.port, tokens });
    const problems = [
      ...found.flat(),
      ...ordinary.problems,
      ...(await overload.takeProblems()),
      ...gateway.takeComplaints(),
    ];
    if (!gateway.isAlive) {
      this.#running = null;
      await overload.end();
    }
    return problems;
  }

  async memory(): Promise<Memory> {
    const { gateway } = await this.#run();
    return gateway.memory();
  }

  async ordinaryProblems(): Promise<string[]> {
    const { gateway, tokens } = await this.#run();
    return ordinaryProblems(gateway.port, tokens[0] ?? '');
  }

  /** Ends the gateway. Returns the problems found. */
  async stop(): Promise<string[]> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return [];
    const { gateway, overload } = await running;
    await overload.end();
    return gateway.stop();
  }

  #run() {
    this.#running ??= start();
    return this.#running;
  }
}
