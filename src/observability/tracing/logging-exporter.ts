import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.ts';

/** Least time between two warnings while exports keep failing. */
const SILENT_MS = 60_000;

/** Logs that spans cannot be sent, and when they can be again. Warnings are limited: a collector can be away for long. */
export class LoggingExporter implements SpanExporter {
  readonly #clock: Clock;
  readonly #exporter: SpanExporter;
  readonly #log: Logger;
  #lost = 0;
  #toldAtMs = -Infinity;

  constructor(clock: Clock, exporter: SpanExporter, log: Logger) {
    this.#clock = clock;
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#sent();
      else this.#failed(spans.length, result.error);
      onResult(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #sent(): void {
    if (this.#lost === 0) return;
    this.#log.info({ lostSpans: this.#lost }, 'Traces can be sent again');
    this.#lost = 0;
    this.#toldAtMs = -Infinity;
  }

  #failed(spans: number, error: Error | undefined): void {
    this.#lost += spans;
    const nowMs = this.#clock.now();
    if (nowMs - this.#toldAtMs < SILENT_MS) return;
    this.#toldAtMs = nowMs;
    this.#log.warn({ lostSpans: this.#lost, detail: exportCodeOf(error) }, 'Traces cannot be sent');
  }
}

/** HTTP status, or a code such as ECONNREFUSED. Messages quote the answer and the endpoint, which may hold a secret. */
function exportCodeOf(error: Error | undefined): string | number | undefined {
  const code = error !== undefined && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}
