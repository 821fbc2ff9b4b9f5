import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { freePort } from '../../scripts/free-port.ts';

const PROGRAM = process.env['NGINX_BIN'] || 'nginx';

/** Reason to skip the tests of a file; null to run them. CI never skips: nobody reads the reason there. */
export function whySkippedWithoutNginx(what: string): string | null {
  const why = process.env['CI'] ? null : whyNoNginx();
  if (why !== null) console.warn(`\nSKIPPED: ${what} is not tested. ${why}\n`);
  return why;
}

/** Reason that there is no nginx on this machine, and how to get one. Null when there is one. */
function whyNoNginx(): string | null {
  const { status, error } = spawnSync(PROGRAM, ['-v'], { stdio: 'ignore' });
  if (status === 0) return null;
  const why = error === undefined ? 'cannot be run' : 'is not there';
  return `${PROGRAM} ${why}. Install nginx (Debian: nginx), or name the program by NGINX_BIN.`;
}

export interface TestNginx {
  /** Address without a path. */
  readonly url: string;
  readonly errorLog: () => Promise<string>;
}

/**
 * Real nginx in front of a server on this machine, killed with the test. Its connections to the server are pooled, as
 * docs/operate.md advises, and it passes each request on once: by default it would try others again, but never a POST.
 */
export async function nginxForTest(upstreamPort: number): Promise<TestNginx> {
  const missing = whyNoNginx();
  if (missing !== null) throw new Error(missing);
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, upstreamPort));
  const errorLog = join(folder, 'error.log');
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', errorLog];
  const child = spawn(PROGRAM, args, { stdio: 'ignore' });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const status = () =>
    fetch(`${url}/health`).then(
      (response) => response.status,
      () => readFile(errorLog, 'utf8').catch(String),
    );
  await expect.poll(status, { timeout: 30_000 }).toBe(200);
  return { url, errorLog: () => readFile(errorLog, 'utf8') };
}

/** Everything that nginx writes is in the folder. One process alone ends with its signal, and needs no other user. */
function configuration(folder: string, port: number, upstreamPort: number): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${paths.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  upstream gateway {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_timeout 60s;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_next_upstream off;
    }
  }
}
`;
}
