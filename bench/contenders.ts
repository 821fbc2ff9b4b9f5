/** Contenders, each with the entry module of its process. */
export const contenders = {
  gateway: new URL('../src/main.ts', import.meta.url),
  handWritten: new URL('contenders/hand-written.ts', import.meta.url),
  grafast: new URL('contenders/grafast.ts', import.meta.url),
  mercurius: new URL('contenders/mercurius.ts', import.meta.url),
  yoga: new URL('contenders/yoga.ts', import.meta.url),
  apollo: new URL('contenders/apollo.ts', import.meta.url),
} as const satisfies Readonly<Record<string, URL>>;

export type ContenderName = keyof typeof contenders;

export const contenderNames = ['gateway', 'handWritten', 'grafast', 'mercurius', 'yoga', 'apollo'] as const;
