import type { RequestListener } from 'node:http';
import type { Readiness } from './readiness.ts';

type Probe = 'health' | 'ready';

interface ProbeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Of a URL, or of the part of one that is sent to a server. */
const PROBE = /^(?:https?:\/\/[^/?#]*)?\/(health|ready)(?:[?#]|$)/;

/** Whether a URL is that of a probe, whatever its query. */
export function isProbe(url = ''): boolean {
  return PROBE.test(url);
}

/**
 * Answers those who look after the process: `/health`, whether it lives, and `/ready`, whether requests should come here. It
 * does so apart from everything else: probes come every few seconds, and what is done, counted and logged for requests is of no
 * use for them.
 */
export class Probes {
  readonly #readiness: Readiness;

  constructor(readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** The answer to a probe; null to what is none. */
  fetch({ url, method }: Request): Promise<Response> | null {
    const probe = probeOf(url);
    if (probe === null) return null;
    return this.#answer(probe, method).then(
      ({ status, headers, body }) => new Response(method === 'HEAD' ? null : body, { status, headers }),
    );
  }

  /** Hands everything on that is no probe. */
  before(listener: RequestListener): RequestListener {
    return (request, response) => {
      const probe = probeOf(request.url);
      if (probe === null) return listener(request, response);
      // To HEAD, Node sends no body.
      void this.#answer(probe, request.method).then(({ status, headers, body }) =>
        response.writeHead(status, headers).end(body),
      );
    };
  }

  async #answer(probe: Probe, method: string | undefined): Promise<ProbeAnswer> {
    if (method !== 'GET' && method !== 'HEAD') {
      return answerOf(405, { error: 'Only GET and HEAD are answered here.' }, { allow: 'GET, HEAD' });
    }
    if (probe === 'health') return answerOf(200, { status: 'alive' });
    const report = await this.#readiness.report();
    return answerOf(report.status === 'ready' ? 200 : 503, report);
  }
}

function probeOf(url = ''): Probe | null {
  const name = PROBE.exec(url)?.[1];
  return name === 'health' || name === 'ready' ? name : null;
}

function answerOf(status: number, body: object, headers: ProbeAnswer['headers'] = {}): ProbeAnswer {
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
