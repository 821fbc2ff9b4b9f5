import { createHash } from 'node:crypto';
import type { FetchAPI } from 'graphql-yoga';
import { acceptedCoding, type Coding, compressed, decompressed } from './content-coding.ts';

const files = new WeakSet<object>();

/** True for a response with a file, whose headers say how it is kept. */
export function isFile(response: object): boolean {
  return files.has(response);
}

interface StaticFileOptions {
  readonly bytes?: Buffer<ArrayBuffer>;
  /** Bytes in Brotli, instead of `bytes`, which are made of them where a client wants others, and are not kept. */
  readonly brotli?: Buffer<ArrayBuffer>;
  /** `content-type` among others. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * File that browsers load. Its bytes are compressed once for each coding, and all responses share them, so that unread ones take
 * no memory of their own.
 */
export class StaticFile {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #made = new Map<Coding | null, Promise<Buffer<ArrayBuffer>>>();
  readonly #isPacked: boolean;
  /** Unpacked bytes, as long as an answer has them. */
  #unpacked: WeakRef<Buffer<ArrayBuffer>> | undefined;

  constructor({ bytes, brotli, headers }: StaticFileOptions) {
    if (bytes !== undefined) this.#made.set(null, Promise.resolve(bytes));
    if (brotli !== undefined) this.#made.set('br', Promise.resolve(brotli));
    this.#headers = headers;
    this.#isPacked = bytes === undefined;
  }

  async response(
    { method, headers }: Pick<Request, 'method' | 'headers'>,
    { Response }: Pick<FetchAPI, 'Response'>,
  ): Promise<Response> {
    const coding = acceptedCoding(headers.get('accept-encoding') ?? '');
    const body = await (coding === null ? this.#bytes() : this.compressed(coding));
    const response = new Response(method === 'HEAD' ? null : body, {
      headers: {
        ...this.#headers,
        vary: 'Accept-Encoding',
        ...(coding !== null && { 'content-encoding': coding }),
      },
    });
    files.add(response);
    return response;
  }

  /** Bytes in this coding, which are made at the first call. */
  compressed(coding: Coding): Promise<Buffer<ArrayBuffer>> {
    return this.#once(coding, async () => compressed(await this.#bytes(), coding));
  }

  /** The script of GraphiQL has eight megabytes, and browsers want it packed. */
  async #bytes(): Promise<Buffer<ArrayBuffer>> {
    const unpacked = this.#unpacked?.deref();
    if (unpacked !== undefined) return unpacked;
    const bytes = await this.#once(null, async () => decompressed(await this.compressed('br')));
    if (this.#isPacked) {
      this.#made.delete(null);
      this.#unpacked = new WeakRef(bytes);
    }
    return bytes;
  }

  #once(coding: Coding | null, make: () => Promise<Buffer<ArrayBuffer>>): Promise<Buffer<ArrayBuffer>> {
    let made = this.#made.get(coding);
    if (made === undefined) {
      made = make();
      this.#made.set(coding, made);
      // A failure, such as a lack of memory, must not be kept for later requests.
      made.catch(() => this.#made.delete(coding));
    }
    return made;
  }
}

/** Headers of a file whose name changes with its content. */
export function assetHeaders(contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/** Name of a file with a part that is another for any other content. */
export function hashedName(name: string, extension: string, bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
  return `${name}-${hash}.${extension}`;
}
