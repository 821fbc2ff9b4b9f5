import { Pool } from 'undici';

/** Maximum of connections, so high that no pool is the limit. */
const CONNECTIONS = 128;

const pool = new Pool(process.env['GENESYSCLOUD_API_URL'] ?? '', { connections: CONNECTIONS });

export class UpstreamError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The upstream answered with ${status}.`);
    this.status = status;
  }
}

/** Body of the answer to a GET with this Authorization header. */
export async function get<Body>(path: string, authorization: string): Promise<Body> {
  const { statusCode, body } = await pool.request({ path, method: 'GET', headers: { authorization } });
  return read(statusCode, body);
}

/** Body of the answer to a POST of ids. */
export async function postIds<Body>(
  path: string,
  ids: readonly string[],
  authorization: string,
): Promise<Body> {
  const { statusCode, body } = await pool.request({
    path,
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(ids),
  });
  return read(statusCode, body);
}

async function read<Body>(
  statusCode: number,
  body: { json(): Promise<unknown>; dump(): Promise<void> },
): Promise<Body> {
  if (statusCode === 200) return (await body.json()) as Body;
  await body.dump();
  throw new UpstreamError(statusCode);
}
