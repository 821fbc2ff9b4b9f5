/** UTF-8 as text, as the Fetch standard decodes it: malformed bytes are replaced, and a byte order mark is dropped. */
export function decodeUtf8(bytes: Buffer): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}
