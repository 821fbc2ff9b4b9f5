import type { RequestListener } from 'node:http';
import type { Readiness } from './readiness.ts';

type Probe = 'health' | 'ready';

interface ProbeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Matches whole URLs and request targets. */
const PROBE = /^(?:https?:\/\/[^/?#]*)?\/(health|ready)(?:[?#]|$)/;

/** True when the URL is that of a probe, with any query. */
export function isProbe(url = ''): boolean {
  return PROBE.test(url);
}

/**
 * Answers health probes: `/health` says that the process lives, `/ready` says if requests should come here. Probes come
 * every few seconds and bypass everything else: the processing, counting and logging of requests is of no use for them.
 */
export class Probes {
  readonly #readiness: Readiness;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** Answer to a probe; null for any other request. */
  fetch({ url, method }: Request): Promise<Response> | null {
    const probe = probeOf(url);
    if (probe === null) return null;
    return this.#answer(probe, method).then(
      ({ status, headers, body }) => new Response(method === 'HEAD' ? null : body, { status, headers }),
    );
  }

  /** Passes everything but probes on to `listener`. */
  before(listener: RequestListener): RequestListener {
    return (request, response) => {
      const probe = probeOf(request.url);
      if (probe === null) return listener(request, response);
      // Node sends no body for HEAD.
      void this.#answer(probe, request.method).then(({ status, headers, body }) =>
        response.writeHead(status, headers).end(body),
      );
    };
  }

  async #answer(probe: Probe, method: string | undefined): Promise<ProbeAnswer> {
    if (method !== 'GET' && method !== 'HEAD') {
      return probeAnswerOf(405, { error: 'Only GET and HEAD are answered here.' }, { allow: 'GET, HEAD' });
    }
    if (probe === 'health') return probeAnswerOf(200, { status: 'alive' });
    const report = await this.#readiness.report();
    return probeAnswerOf(report.status === 'ready' ? 200 : 503, report);
  }
}

function probeOf(url = ''): Probe | null {
  const name = PROBE.exec(url)?.[1];
  return name === 'health' || name === 'ready' ? name : null;
}

function probeAnswerOf(status: number, body: object, headers: ProbeAnswer['headers'] = {}): ProbeAnswer {
  return {
    status,
    headers: {
      ...headers,
      'cache-control': 'private, no-store',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    },
    body: `${JSON.stringify(body)}\n`,
  };
}
