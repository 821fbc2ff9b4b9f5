/** Process of one gateway that reads large answers: measures one query, as messages ask for. */
import { parseConfig } from '../../src/config/config.ts';
import { assembleGateway } from '../../src/gateway.ts';
import type { OperationRequest } from '../operations.ts';

/** Message to the process; answered with `LargeAnswerCost`. */
export interface LargeAnswersMessage {
  readonly ask: 'measure';
  readonly request: OperationRequest;
}

/** Cost of one query in the process. */
export interface LargeAnswerCost {
  /** Longest time in which the event loop ran nothing else, in CPU time of its thread: other processes do not count. */
  readonly longestBlockMs: number;
  readonly cpuMs: number;
  /** Of the process, so far. */
  readonly peakRssMb: number;
}

const config = parseConfig({
  GENESYSCLOUD_API_URL: process.env['GENESYSCLOUD_API_URL'] ?? '',
  REQUEST_TIMEOUT_MS: '60000',
  UPSTREAM_TIMEOUT_MS: '60000',
  // The second query of a pair is answered from what the first one has read.
  INTERACTIONS_WINDOW_MS: '60000',
  INTERACTIONS_MAX_AGE_MS: '60000',
});
const gateway = assembleGateway({ config });

// The meter unrefs the channel, and nothing else keeps the process alive.
process.channel?.ref();
process.on('message', ({ ask, request }: LargeAnswersMessage) => {
  if (ask !== 'measure') return;
  measure(request).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error }),
  );
});

async function measure(request: OperationRequest): Promise<LargeAnswerCost> {
  const before = process.cpuUsage();
  let longestBlockMs = 0;
  let lastMs = threadCpuMs();
  const look = () => {
    const nowMs = threadCpuMs();
    longestBlockMs = Math.max(longestBlockMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const watch = setInterval(look, 1);
  try {
    await query(request);
  } finally {
    look();
    clearInterval(watch);
  }
  const { user, system } = process.cpuUsage(before);
  return { longestBlockMs, cpuMs: (user + system) / 1000, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function query(request: OperationRequest): Promise<void> {
  const { campaignId } = request.variables;
  const response = await gateway.fetch(
    new Request('http://localhost/graphql', {
      method: 'POST',
      // An identity for each campaign, so that nothing of an earlier query is known.
      headers: { 'content-type': 'application/json', authorization: `Bearer of-${String(campaignId)}` },
      body: JSON.stringify(request),
    }),
  );
  const text = await response.text();
  const { errors }: { errors?: unknown } = JSON.parse(text);
  if (errors !== undefined) throw new Error(`The gateway answered with errors: ${text.slice(0, 1000)}`);
}
