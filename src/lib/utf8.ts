/** Text of UTF-8 bytes, decoded as in the Fetch standard: malformed bytes are replaced, a byte order mark is dropped. */
export function decodeUtf8(bytes: Buffer): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}
