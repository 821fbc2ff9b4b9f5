import { onTestFinished } from 'vitest';

import { startSandbox, type Sandbox, type FullSandboxOptions } from '../../../src/sandbox/start-sandbox.ts';

/** Token that every sandbox of these tests accepts without a login. */
export const TOKEN = 'a-test-token';

/** Sandbox that is closed at the end of the test. */
export async function sandboxForTest(options: FullSandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ tokens: [TOKEN], ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed JSON; undefined when the text is not JSON. */
  readonly body: unknown;
}

export async function ask(
  sandbox: Sandbox,
  path: string,
  init: RequestInit & { token?: string | null } = {},
) {
  const { token = TOKEN, ...rest } = init;
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${sandbox.url}${path}`, { headers: authorization, ...rest });
  const text = await response.text();
  const reply: Reply = { status: response.status, headers: response.headers, text, body: parsed(text) };
  return reply;
}

export function post(sandbox: Sandbox, path: string, body: unknown): Promise<Reply> {
  return ask(sandbox, path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
}

export function logIn(
  sandbox: Sandbox,
  credentials = 'sandbox:sandbox',
  form = 'grant_type=client_credentials',
) {
  return ask(sandbox, '/oauth/token', {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { authorization: `Basic ${btoa(credentials)}` },
  });
}

export function idsOf(rows: unknown): unknown[] {
  if (!Array.isArray(rows)) throw new TypeError('These are no rows');
  return rows.map((row: unknown) =>
    typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined,
  );
}

export function entitiesOf({ body }: Reply): unknown {
  return typeof body === 'object' && body !== null && 'entities' in body ? body.entities : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
