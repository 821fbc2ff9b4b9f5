import { type Level, type Logger, pino } from 'pino';

/** A line of the log, with the properties that tests read. */
interface LogEntry {
  readonly level: number;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

export interface CapturedLog {
  readonly log: Logger;
  /** All lines of the log. */
  readonly entries: () => LogEntry[];
  /** Lines about finished requests. */
  readonly requests: () => LogEntry[];
  /** All other lines. */
  readonly others: () => LogEntry[];
  readonly text: () => string;
}

/** A log that keeps its lines in memory. */
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
