import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

/** Content coding of a packed answer. */
export type PackedAs = 'gzip' | 'deflate' | 'br';

/** Body as it is sent, and the header that says how; null packs nothing. */
export function pack(
  text: string,
  coding: PackedAs | null,
): { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> } {
  const bytes = Buffer.from(text);
  if (coding === null) return { bytes, headers: {} };
  const packed = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[coding](bytes);
  return { bytes: packed, headers: { 'Content-Encoding': coding } };
}
