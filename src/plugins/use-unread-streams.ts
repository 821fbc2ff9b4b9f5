import { isAsyncIterable, type Plugin } from 'graphql-yoga';

/**
 * Ends streams of results that nobody reads: those of clients that do not accept a stream, to whom Yoga answers 406, and
 * those of clients that are gone, also before the response begins. Nothing else would tell their sources.
 */
export function useUnreadStreams(): Plugin {
  return {
    onResultProcess({ request, result, resultProcessor }) {
      if (!isAsyncIterable(result)) return;
      const { signal } = request;
      if (resultProcessor === undefined || signal.aborted) end(result);
      else signal.addEventListener('abort', () => end(result), { once: true });
    },
  };
}

/** Does not wait for the source, which may take long to end. */
function end(stream: AsyncIterable<unknown>): void {
  void stream[Symbol.asyncIterator]().return?.();
}
