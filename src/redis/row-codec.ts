import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);

/** Smaller rows gain less from compression than it costs. */
const LARGE_BYTES = 4_096;
/** Size limit of an upstream answer (http.ts), plus a head. */
const MOST_BYTES = 33 * 1024 * 1024;
const PLAIN = 0;
const COMPRESSED = 1;
const LINE_BREAK = 0x0a;
const NO_ROW = Buffer.alloc(0);

/** Row of one id as stored in Redis. */
export interface StoredRow {
  /** Time of the read, in milliseconds of the Redis clock. */
  readonly readAtMs: number;
  readonly status: number;
  readonly correlationId: string | undefined;
  /** JSON; null when the upstream does not know the id. */
  readonly row: string | Buffer | null;
}

/** Row as bytes: a format byte, a JSON line about the answer, then the row; compressed after the byte when large. */
export async function encodeRow({ readAtMs, status, correlationId, row }: StoredRow): Promise<Buffer> {
  const head = JSON.stringify({ readAtMs, status, correlationId, isAbsent: row === null });
  const text = Buffer.concat([
    Buffer.from(`${head}\n`),
    typeof row === 'string' ? Buffer.from(row) : (row ?? NO_ROW),
  ]);
  return text.length < LARGE_BYTES
    ? Buffer.concat([Buffer.of(PLAIN), text])
    : Buffer.concat([Buffer.of(COMPRESSED), await compress(text)]);
}

/** Null for bytes that are no encoded row. */
export async function decodeRow(
  bytes: Buffer,
): Promise<(StoredRow & { readonly row: Buffer | null }) | null> {
  try {
    const written = bytes.subarray(1);
    const text =
      bytes[0] === COMPRESSED ? await decompress(written, { maxOutputLength: MOST_BYTES }) : written;
    const end = text.indexOf(LINE_BREAK);
    const head: Partial<Record<'readAtMs' | 'status' | 'correlationId' | 'isAbsent', unknown>> = JSON.parse(
      text.toString('utf8', 0, end),
    );
    const { readAtMs, status, correlationId, isAbsent } = head;
    if (typeof readAtMs !== 'number' || typeof status !== 'number') return null;
    return {
      readAtMs,
      status,
      correlationId: typeof correlationId === 'string' ? correlationId : undefined,
      row: isAbsent === true ? null : text.subarray(end + 1),
    };
  } catch {
    return null;
  }
}
