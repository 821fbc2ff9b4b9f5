import type { ModelChanges } from './compare.ts';
import { type Mirror, mirrors } from './mirrors.ts';
import type { Sdk } from './read-sdk.ts';
import type { Use } from './uses.ts';

interface Findings {
  readonly sdk: Sdk;
  /** SDK version of the last review. */
  readonly lookedAt: string;
  readonly uses: readonly Use[];
  readonly changes: readonly ModelChanges[];
  readonly faults: readonly string[];
}

const WIDTH = 100;

/** The drift as text for a terminal. Faults, which need action, come last, where they are seen. */
export function report({ sdk, lookedAt, uses, changes, faults }: Findings): string {
  const unchanged = changes.length === 0 ? ' nothing' : '';
  return [
    `purecloud-platform-client-v2 ${sdk.version}, last looked at: ${lookedAt}`,
    '',
    'What the mirrored models have that the gateway does not use:',
    ...Object.entries(mirrors).flatMap(([type, mirror]) => unusedOf(type, mirror, sdk, uses)),
    '',
    `What changed since ${lookedAt} in the models that the gateway reads:${unchanged}`,
    ...changes.flatMap(({ model, lines }) => [`  Models.${model}`, ...lines.map((line) => `    ${line}`)]),
    '',
    ...(faults.length === 0
      ? ['Everything that the gateway uses is there.']
      : [
          'What the gateway uses and the SDK does not have, or has as something else:',
          ...faults.map((fault) => `  ${fault}`),
        ]),
    '',
  ].join('\n');
}

function unusedOf(type: string, { models }: Mirror, sdk: Sdk, uses: readonly Use[]): string[] {
  return models.flatMap((model) => {
    const used = new Set(uses.filter((use) => use.model === model).map(({ property }) => property));
    const all = Object.keys(sdk.models[model] ?? {});
    const unused = all.filter((property) => !used.has(property));
    if (unused.length === 0) return [];
    return [
      `  ${type}: ${unused.length} of the ${all.length} properties of Models.${model}`,
      ...wrapped(unused),
    ];
  });
}

function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? '   '} ${word},`;
    if (lines.length > 0 && longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`    ${word},`);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line.slice(0, -1) : line));
}
