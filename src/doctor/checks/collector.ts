import { UpstreamError } from '../../errors.ts';
import type { Transport } from '../../upstream/http/transport.ts';
import { describeFailure } from '../probing/describe-failure.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { Patience } from '../probing/patience.ts';

/** Tells whether the collector of traces can be reached. Nothing is sent to it but a GET, which no collector takes for data. */
export async function checkCollector(
  endpoint: string,
  transport: Transport,
  patience: Patience,
): Promise<Finding> {
  const name = 'traces';
  const { host } = new URL(endpoint);
  const facts = { host };
  try {
    await patience.step((signal) =>
      transport.exchange(new URL(endpoint), { method: 'GET', headers: {} }, signal),
    );
    return finding(name, 'ok', `The collector of traces on ${host} can be reached.`, { facts });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { why, advice } = describeFailure(error);
    return finding(
      name,
      'fail',
      `The collector of traces on ${host} cannot be used: ${why}. Traces are lost.`,
      {
        result: 'works with less',
        facts,
        advice: advice ?? 'Check OTEL_EXPORTER_OTLP_ENDPOINT.',
      },
    );
  }
}
