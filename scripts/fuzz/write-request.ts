export type Header = readonly [name: string, value: string];

/** A request to write; each character is one byte (latin1). */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Host and the framing of the body are added when missing. */
  readonly headers: readonly Header[];
  readonly body: Buffer | null;
  /** Size of the body's chunks in bytes. @default one piece with Content-Length */
  readonly chunkBytes?: number;
}

export function written({ method, target, headers, body, chunkBytes }: WireRequest): Buffer {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const added: Header[] = [];
  if (!names.has('host')) added.push(['host', 'localhost']);
  if (body !== null && chunkBytes !== undefined) added.push(['transfer-encoding', 'chunked']);
  else if (body !== null && !names.has('content-length')) added.push(['content-length', String(body.length)]);
  const lines = [...headers, ...added].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  if (body === null) return head;
  return Buffer.concat([head, chunkBytes === undefined ? body : chunked(body, chunkBytes)]);
}

function chunked(body: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
