import { Agent, request } from 'node:http';

export interface ClientOptions {
  /** Bearer token. @default none */
  readonly token?: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Connections that are kept between requests. @default 1 */
  readonly connections?: number;
}

interface AskOptions {
  /** @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Headers of this request. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ClientAnswer {
  readonly status: number;
  readonly text: string;
  readonly tookMs: number;
}

const HANG_MS = 20_000;

/** Client that asks again and again on connections that it keeps. */
export class Client {
  readonly #port: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;

  constructor(port: number, { token, headers = {}, connections = 1 }: ClientOptions = {}) {
    this.#port = port;
    this.#headers = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Sends an operation. Rejects when there is no whole answer. */
  ask(query: string, { variables, headers = {} }: AskOptions = {}): Promise<ClientAnswer> {
    const body = JSON.stringify({ query, variables });
    return this.#send(
      'POST',
      '/graphql',
      { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers },
      body,
    );
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ClientAnswer> {
    return this.#send('GET', path, headers);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<ClientAnswer> {
    const sentMs = performance.now();
    return new Promise((resolve, reject) => {
      const sending = request(
        {
          port: this.#port,
          host: '127.0.0.1',
          method,
          path,
          agent: this.#agent,
          headers: { ...this.#headers, ...headers },
          signal: AbortSignal.timeout(HANG_MS),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                text: Buffer.concat(chunks).toString(),
                tookMs: performance.now() - sentMs,
              }),
            );
        },
      );
      sending.on('error', reject).end(body);
    });
  }
}
