/** Prefix of all keys; changes with the format of the stored values. */
export const KEYS = 'cig1:';

/** Channel on which replicas publish events. */
export const EVENT_CHANNEL = `${KEYS}news`;
