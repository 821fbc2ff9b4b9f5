import type { Logger } from 'pino';
import type { RequestObserver } from './recorder.ts';

/** Characters of a key, enough to tell all keys apart; a whole key would be a third of the line. */
const KEY_LENGTH = 16;

/** Writes one line for each request, at level info, or at debug for probes. */
export function accessLog(log: Logger): RequestObserver {
  return (record) => {
    const { requester } = record;
    const level = record.isProbe ? 'debug' : 'info';
    // pino leaves undefined properties out.
    log[level](
      {
        requestId: record.id,
        method: record.method,
        status: record.status,
        durationMs: Math.round(record.durationMs * 100) / 100,
        aborted: record.isAborted || undefined,
        operation: record.operationName,
        documentHash: record.documentHash,
        client: record.clientName,
        clientVersion: record.clientVersion,
        identity: requester?.identity?.slice(0, KEY_LENGTH),
        caller: requester?.caller?.().slice(0, KEY_LENGTH),
        credentialFault: requester?.credentialFault,
        upstreamCalls: requester?.usage.sentCount,
        sharedCalls: requester?.usage.sharedCount,
        fromCache: requester?.usage.keptCount,
        waitedMs: requester && Math.round(requester.usage.waitedMs),
        errorCodes: record.errorCodes.length > 0 ? record.errorCodes : undefined,
        correlationIds: record.correlationIds.length > 0 ? record.correlationIds : undefined,
      },
      'request',
    );
  };
}
