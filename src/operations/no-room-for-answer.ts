import { GraphQLError } from 'graphql';

/** Answers are read, and make room for others, within seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Error of an answer for which there is no room beside the others, whose bytes together are bounded. */
export function noRoomForAnswer(capacityBytes: number): GraphQLError {
  return new GraphQLError(
    `The gateway has no memory for the answer now: answers that are being made or not yet read may together take ${capacityBytes} bytes (MAX_BYTES_IN_FLIGHT).`,
    {
      extensions: {
        code: 'SERVICE_UNAVAILABLE',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        http: { status: 503, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
      },
    },
  );
}
