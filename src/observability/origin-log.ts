import type { Logger } from 'pino';

/** Most origins that the log names: any page of the internet can have its visitor's browser ask. */
export const MOST_ORIGINS = 20;
/** Most characters that the log has of one. */
export const MOST_CHARACTERS = 260;

/** Logs once for each origin that its pages may not ask, with the setting that would let them. */
export class OriginLog {
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  refused(header: string): void {
    const origin = header.slice(0, MOST_CHARACTERS);
    if (this.#told.size >= MOST_ORIGINS || this.#told.has(origin)) return;
    this.#told.add(origin);
    this.#log.warn(
      {
        origin,
        hint:
          origin === 'null'
            ? 'pages from files or in sandboxed frames have no origin that CORS_ORIGINS could name'
            : `to allow it, set CORS_ORIGINS=${origin}; commas separate several`,
      },
      'A web page of an origin that is not allowed asked',
    );
  }
}
