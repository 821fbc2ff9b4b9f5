/**
 * Frees the memory of a buffer that has it for itself, at once; the buffer is empty afterwards. The garbage collector would free
 * it some time later, and knows little of how much memory is waiting for it outside of the heap.
 */
export function releaseBytes({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
