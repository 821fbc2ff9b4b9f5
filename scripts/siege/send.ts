import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import type { AttackRequest } from './attack.ts';

/** An answer as received. */
export interface Reply {
  readonly status: number;
  readonly retryAfter: string | null;
  /** Bytes of the body on the wire. */
  readonly sentBytes: number;
  /** Bytes of the body after decoding. */
  readonly bytes: number;
  /** The body; of a long one its beginning and its end, which have the errors. */
  readonly text: string;
  readonly isWhole: boolean;
}

/** Three times the gateway's request timeout, for slow machines. */
const HANG_MS = 30_000;
/** Time in which a slow client reads nothing, longer than the gateway needs to write. */
const SLOW_MS = 1500;
/** Time until a client that leaves goes away, at most. */
const LEAVES_WITHIN_MS = 400;
const LONGEST_KEPT = 1_000_000;

/** Sends a request on a connection of its own. Null when the client left first; rejects when there is no whole answer. */
export async function send(
  port: number,
  { method, path, headers, body, reading }: AttackRequest,
  token: string | null,
  share: number,
): Promise<Reply | null> {
  const patienceMs = reading === 'leaves' ? Math.round(share * LEAVES_WITHIN_MS) : HANG_MS;
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const response = await responseOf(
      {
        port,
        host: '127.0.0.1',
        method,
        path,
        agent: false,
        signal,
        headers: {
          ...headers,
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== null && { 'content-length': Buffer.byteLength(body) }),
        },
      },
      body,
    );
    if (reading === 'slowly') await delay(SLOW_MS, undefined, { signal });
    let sentBytes = 0;
    response.on('data', (chunk: Buffer) => {
      sentBytes += chunk.length;
    });
    const kept = await read(response, response.headers['content-encoding']);
    return {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'] ?? null,
      sentBytes,
      ...kept,
    };
  } catch (error) {
    if (!signal.aborted) throw error;
    if (reading === 'leaves') return null;
    throw new Error(`no end after ${HANG_MS / 1000} s`, { cause: error });
  }
}

function responseOf(options: RequestOptions, body: string | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      // A connection may break before anything reads the body; reading then fails.
      response.on('error', () => undefined);
      resolve(response);
    })
      .on('error', reject)
      .end(body ?? undefined);
  });
}

async function read(
  response: Readable,
  coding: string | undefined,
): Promise<Pick<Reply, 'bytes' | 'text' | 'isWhole'>> {
  const kept = new Kept();
  if (coding === 'gzip') await pipeline(response, createGunzip(), (body) => kept.readAll(body));
  else if (coding === 'br') await pipeline(response, createBrotliDecompress(), (body) => kept.readAll(body));
  else await kept.readAll(response);
  return { bytes: kept.bytes, text: kept.text(), isWhole: kept.isWhole };
}

/** The beginning and the end of a body: dozens of whole answers would not fit into memory. */
class Kept {
  bytes = 0;
  #chunks: Buffer[] = [];
  #keptBytes = 0;
  isWhole = true;

  async readAll(body: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of body) {
      this.bytes += chunk.length;
      this.#keptBytes += chunk.length;
      this.#chunks.push(chunk);
      while (this.#keptBytes > LONGEST_KEPT && this.#chunks.length > 2) {
        const [dropped] = this.#chunks.splice(1, 1);
        this.#keptBytes -= dropped?.length ?? 0;
        this.isWhole = false;
      }
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
