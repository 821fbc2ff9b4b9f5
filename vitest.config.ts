import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Of a hang only: nothing is asserted about time. The machines that run this are small and shared.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
