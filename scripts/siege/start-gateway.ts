import { GatewayFigures, MONITOR } from '../gateway-process/gateway-figures.ts';
import { GatewayProcess } from '../gateway-process/gateway-process.ts';

/** Largest heap of the gateway's process. */
export const HEAP_MB = 384;

/** Secret of the gateways' data in Redis, which ends with the siege. */
export const PEPPER = 'pepper-of-the-siege-0123456789abcdef';

export interface MeasuredGateway {
  readonly gateway: GatewayProcess;
  readonly figures: GatewayFigures;
}

/** Starts a gateway with little memory, whose process is measured. */
export async function startGateway(env: Readonly<Record<string, string>>): Promise<MeasuredGateway> {
  const figures = new GatewayFigures();
  const gateway = await GatewayProcess.start({
    env: {
      LOG_LEVEL: 'warn',
      // Settings of the allocator as in the image (Dockerfile).
      MALLOC_MMAP_THRESHOLD_: '65536',
      MALLOC_TRIM_THRESHOLD_: '131072',
      ...env,
    },
    nodeOptions: [`--max-old-space-size=${HEAP_MB}`, '--import', MONITOR],
    onMessage: figures.receive,
  });
  return { gateway, figures };
}
