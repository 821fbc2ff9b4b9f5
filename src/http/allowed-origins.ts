import { isLoopback } from '../lib/loopback.ts';

/** Scheme, host and port of an origin, as browsers write them. */
const ORIGIN = /^https?:\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Headers of answers that pages may read besides those that every page may. */
const EXPOSED = 'x-request-id, retry-after';

export interface AllowedOriginsOptions {
  /** Origins by name. @default none */
  readonly corsOrigins?: readonly string[];
  /** True for all origins of this machine. @default false */
  readonly loopbackOrigins?: boolean;
}

/**
 * Origins of web pages that may ask and read answers. `null` is never one of them: any page can take on that origin, by a
 * sandboxed frame.
 */
export class AllowedOrigins {
  readonly #named: ReadonlySet<string>;
  readonly #areLoopbacksAllowed: boolean;

  constructor({ corsOrigins = [], loopbackOrigins = false }: AllowedOriginsOptions = {}) {
    this.#named = new Set(corsOrigins);
    this.#areLoopbacksAllowed = loopbackOrigins;
  }

  /** True when there is none, so that answers are the same for all origins. */
  get isEmpty(): boolean {
    return this.#named.size === 0 && !this.#areLoopbacksAllowed;
  }

  has(origin: string): boolean {
    return this.#named.has(origin) || (this.#areLoopbacksAllowed && isOfLoopback(origin));
  }

  /** Headers by which a page of an allowed origin may read an answer; none for other origins. */
  headersFor(origin: string | null | undefined): Readonly<Record<string, string>> {
    return typeof origin === 'string' && this.has(origin)
      ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED }
      : {};
  }
}

/** True for a text that can be named in CORS_ORIGINS. */
export function isOrigin(text: string): boolean {
  return text.length <= 260 && ORIGIN.test(text);
}

/** Browsers themselves resolve names that end in .localhost to this machine (RFC 6761). */
function isOfLoopback(origin: string): boolean {
  const [, name = ''] = ORIGIN.exec(origin) ?? [];
  return isLoopback(name) || name.endsWith('.localhost');
}
