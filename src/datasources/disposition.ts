/** Values that the upstream documents for the disposition of an interaction. */
const documented = [
  'DISCONNECT',
  'LIVE_VOICE',
  'BUSY',
  'MACHINE',
  'NO_ANSWER',
  'SIT_CALLABLE',
  'SIT_UNCALLABLE',
  'FAX',
] as const;

/** `OutdatedSdkVersion` is the vendor's own name for a value that its SDK does not know yet. */
export type DispositionValue = (typeof documented)[number] | 'OutdatedSdkVersion';

/** Call-analysis codes are mentioned in the upstream's description of the field; their meaning is taken from their names. */
const byCode = new Map<string, DispositionValue>([
  ...documented.map((value) => [value.toLowerCase(), value] as const),
  ['disposition.classification.callable.person', 'LIVE_VOICE'],
  ['disposition.classification.callable.machine', 'MACHINE'],
  ['disposition.classification.callable.busy', 'BUSY'],
  ['disposition.classification.callable.noanswer', 'NO_ANSWER'],
  ['disposition.classification.callable.disconnect', 'DISCONNECT'],
  ['disposition.classification.callable.fax', 'FAX'],
  ['disposition.classification.callable.sit', 'SIT_CALLABLE'],
  ['disposition.classification.uncallable.sit', 'SIT_UNCALLABLE'],
  // The vendor has no value for these two yet.
  ['disposition.classification.callable.lineconnected', 'OutdatedSdkVersion'],
  ['disposition.classification.uncallable.notfound', 'OutdatedSdkVersion'],
]);

/** Disposition for a value or code of the upstream, in any case; null for null. */
export function dispositionOf(code: string | null): DispositionValue | null {
  return code === null ? null : (byCode.get(code.toLowerCase()) ?? 'OutdatedSdkVersion');
}
