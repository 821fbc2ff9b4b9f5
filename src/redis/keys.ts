/** Prefix of all keys; changes with the format of the stored values. */
export const KEYS = 'cig2:';

/** Channel on which replicas publish events. */
export const EVENT_CHANNEL = `${KEYS}news`;
