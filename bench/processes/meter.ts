/**
 * Meter, preloaded into every measured process (`--import`): answers the message `{ ask: 'usage' }` with the usage of the
 * process so far. It does not keep the process alive, and ends it together with its parent.
 */

/** CPU time in milliseconds since the process began, and its peak memory in MB. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakRssMb: number;
}

process.on('message', (message: { readonly ask?: string }) => {
  if (message.ask !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const usage: Usage = {
    cpuMs: (user + system) / 1000,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.({ usage });
});
process.on('disconnect', () => process.exit());
process.channel?.unref();
