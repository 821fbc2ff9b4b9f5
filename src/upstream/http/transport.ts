import type { Signal } from '../../lib/signal.ts';
import type { AnswerHeaders } from './error-answer.ts';

/** Address of a call in two parts, so that the origin, the same for each call, is parsed only once. */
export interface HttpAddress {
  readonly origin: string;
  /** Path with query, percent-encoded. */
  readonly path: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Body in a buffer of its own: whoever keeps the body keeps no larger buffer with it. */
  readonly bytes: Buffer;
}

/** What happens during an exchange, for those who bound it. */
export interface ExchangeHooks {
  /**
   * Called once the answer has become large, with its length in bytes, or null when that is unknown. The rest is not received
   * before its promise resolves.
   */
  readonly onLarge?: (length: number | null) => Promise<void>;
  /** Called once the exchange uses no connection any more: after an abort perhaps later than the rejection. */
  readonly onEnd?: () => void;
}

/** Way to the upstream. `Http` is the one over the network. */
export interface Transport {
  /**
   * Makes one exchange. Any status is an answer. Rejects with an `UpstreamError` when no complete answer came, and with the
   * signal's reason when it aborts before.
   */
  exchange(
    address: URL | HttpAddress,
    request: HttpRequest,
    signal: Signal,
    hooks?: ExchangeHooks,
  ): Promise<HttpAnswer>;
}
