import type { GatewayFigures } from '../gateway-process/gateway-figures.ts';
import { Health } from '../gateway-process/health.ts';

/** As long as a request may take: on a busy machine, a group of clients that send at the same moment takes seconds. */
const SILENT_MS = 10_000;
const MOST_RESIDENT_MB = 640;

/** Watch over a gateway that may be asked for too much: it has to answer `/health`, and to keep within its memory. */
export class Overload {
  readonly #health: Health;
  readonly #figures: GatewayFigures;

  constructor(port: number, figures: GatewayFigures) {
    this.#health = new Health(port);
    this.#figures = figures;
  }

  /** Problems since the previous call. */
  async takeProblems(): Promise<string[]> {
    const { failed, mostMs } = await this.#health.take();
    const problems: string[] = [];
    if (failed > 0) problems.push(`/health failed ${failed} times`);
    if (mostMs > SILENT_MS) problems.push(`/health was silent for ${mostMs.toFixed(0)} ms`);
    const { residentMb } = this.#figures;
    if (residentMb > MOST_RESIDENT_MB) problems.push(`RSS of ${residentMb.toFixed(0)} MB`);
    return problems;
  }

  async end(): Promise<void> {
    await this.#health.end();
  }
}
