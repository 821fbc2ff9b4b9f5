import type { ServerResponse } from 'node:http';

import { ApiError, missingPermissions, rateLimited, refusedIds, retryAfterHeaders } from './api-error.ts';
import { refusedId, type DrawnFaults } from './draw-faults.ts';
import type { RecordedRequest } from './fault.ts';
import { throttledLogin } from './login.ts';
import { pack } from './pack.ts';
import { withoutRateLimit } from './rate-limit.ts';

const HTML_PAGE = '<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>';

/** Answer to a request before faults change it. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends the answer as the drawn faults change it. The caller has already applied the delay. */
export function respond(
  response: ServerResponse,
  request: RecordedRequest,
  answer: Answer,
  { alterations, decisive, coding }: DrawnFaults,
  contextId: string,
): void {
  const isUnannounced = decisive?.kind === 'rateLimited' && decisive.retryAfterSeconds === null;
  const isForeign = decisive?.kind === 'status' && decisive.foreign === true;
  const usualHeaders = isForeign ? {} : isUnannounced ? withoutRateLimit(answer.headers) : answer.headers;
  const send = (
    status: number,
    headers: Readonly<Record<string, string>>,
    text: string,
    type = 'application/json',
  ) => {
    request.status = status;
    const packed = pack(text, coding);
    response.writeHead(status, {
      ...(status !== 204 && {
        'Content-Type': type,
        'Content-Length': packed.bytes.length,
        ...packed.headers,
      }),
      ...usualHeaders,
      ...headers,
    });
    response.end(status === 204 ? undefined : packed.bytes);
  };
  const refuse = (error: ApiError) => {
    send(error.status, error.headers, JSON.stringify(error.toBody(contextId)));
  };
  const text = () => altered(answer.body, request, alterations);

  switch (decisive?.kind) {
    case undefined:
      send(answer.status, {}, text());
      break;
    case 'status': {
      const { status, body, code, html = false, headers = {} } = decisive;
      if (html) send(status, headers, typeof body === 'string' ? body : HTML_PAGE, 'text/html');
      else if (body === undefined)
        refuse(new ApiError(status, { headers, ...(code !== undefined && { code }) }));
      else send(status, headers, typeof body === 'string' ? body : JSON.stringify(body));
      break;
    }
    case 'rateLimited': {
      const { retryAfterSeconds } = decisive;
      if (request.resource === 'login')
        send(400, retryAfterHeaders(retryAfterSeconds), JSON.stringify(throttledLogin().body));
      else refuse(rateLimited(retryAfterSeconds));
      break;
    }
    case 'missingPermissions':
      refuse(missingPermissions(decisive.permissions, decisive.any ?? false));
      break;
    case 'refuseIds':
      refuse(refusedIds(decisive.status ?? 400, refusedId(decisive, request)));
      break;
    case 'tooManyIds':
      refuse(
        new ApiError(decisive.status ?? 413, { message: `At most ${decisive.maxIds} ids are allowed.` }),
      );
      break;
    case 'hang':
      break;
    case 'reset':
      breakOff(response, request, answer, text(), decisive.afterBytes);
      break;
    case 'truncate': {
      const whole = text();
      send(200, {}, whole.slice(0, Math.floor(whole.length / 2)));
      break;
    }
    case 'html':
      send(decisive.status ?? 502, {}, HTML_PAGE, 'text/html');
      break;
  }
}

function altered(body: unknown, request: RecordedRequest, alterations: DrawnFaults['alterations']): string {
  let text = JSON.stringify(body);
  // Each alteration gets a fresh copy, because it may change the copy in place.
  for (const { alter } of alterations) text = JSON.stringify(alter(JSON.parse(text), request)) ?? '';
  return text;
}

/** Content-Length announces the whole body, so the client notices the missing part. */
function breakOff(
  response: ServerResponse,
  request: RecordedRequest,
  answer: Answer,
  text: string,
  afterBytes: number | undefined,
): void {
  if (afterBytes === undefined) {
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = Buffer.from(text);
  request.status = answer.status;
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    ...answer.headers,
  });
  response.flushHeaders();
  // Orderly close after the write: a reset could overtake the bytes in transit.
  response.write(bytes.subarray(0, afterBytes), () => response.socket?.destroy());
}
