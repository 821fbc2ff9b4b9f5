/** Text of UTF-8 bytes, decoded as in the Fetch standard: malformed bytes are replaced, a byte order mark is dropped. */
export function decodeUtf8(bytes: Buffer): string {
  return bytes.toString('utf8', textStart(bytes));
}

/** Place of the first byte after a byte order mark. */
export function textStart(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
