/**
 * Preloaded into every process that is measured (`--import`): answers the message `{ ask: 'usage' }` with what the process
 * has used so far. Does not keep the process alive, and ends it with the one that started it.
 */

/** CPU time in milliseconds since the process began, and the most memory it ever had, in MB. */
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
