import { type Level, type Logger, pino } from 'pino';

/** A line of the log, as far as tests look at it. */
interface LogEntry {
  readonly level: number;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

export interface CapturedLog {
  readonly log: Logger;
  /** All of its lines. */
  readonly entries: () => LogEntry[];
  /** Those that say of a request that it is over. */
  readonly requests: () => LogEntry[];
  /** The others. */
  readonly others: () => LogEntry[];
  readonly text: () => string;
}

/** A log that can be read. */
export function capturedLog(level: Level = 'info'): CapturedLog {
  const lines: string[] = [];
  const entries = (): LogEntry[] => lines.map((line) => JSON.parse(line));
  return {
    log: pino({ level }, { write: (line: string) => void lines.push(line) }),
    entries,
    requests: () => entries().filter(({ msg }) => msg === 'request'),
    others: () => entries().filter(({ msg }) => msg !== 'request'),
    text: () => lines.join(''),
  };
}
