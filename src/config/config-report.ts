import type { Form } from './forms.ts';
import type { GivenSettings, SettingOrigin } from './given.ts';
import { type SettingName, settingNames, settingOf } from './settings.ts';
import type { Config } from './slices.ts';

/** One setting of a report. */
export interface SettingReport {
  readonly name: SettingName;
  readonly option: string;
  /** Value as text; null where it is not set, or could not be read. Secrets are never shown. */
  readonly value: string | null;
  readonly isHidden: boolean;
  /** `default`, `derived`, or where it was given. */
  readonly origin: string;
  readonly default: string | null;
  readonly unit: string | null;
}

/** Each setting with its value and where that comes from. */
export function reportOf(given: GivenSettings, config: Config | null): readonly SettingReport[] {
  const derived = config === null ? {} : derivedOf(config);
  return settingNames.map((name) => {
    const { option, default: preset, form, hidden = false } = settingOf(name);
    const origin = given.originOf(name);
    const text = given.textOf(name);
    const shown = text === undefined ? (derived[name] ?? preset) : hidden ? '(hidden)' : text;
    return {
      name,
      option,
      value: shown,
      isHidden: hidden,
      origin: origin === null ? (derived[name] === undefined ? 'default' : 'derived') : wordsOf(origin),
      default: preset,
      unit: unitOf(form),
    };
  });
}

function wordsOf(origin: SettingOrigin): string {
  if (origin.kind === 'environment') return `environment: ${origin.variable}`;
  if (origin.kind === 'option') return 'option';
  return origin.line === null ? origin.path : `${origin.path}:${origin.line}`;
}

function unitOf(form: Form | undefined): string | null {
  return form !== undefined && 'unit' in form ? form.unit : null;
}

/** Values that follow from others where they are not set. */
function derivedOf({ server, upstream, operations }: Config): Partial<Record<SettingName, string>> {
  return {
    INTROSPECTION: onOff(operations.introspection),
    GRAPHIQL: onOff(server.graphiql),
    UPSTREAM_REPORT: onOff(operations.upstreamReport),
    UPSTREAM_TIMEOUT_MS: String(upstream.timeoutMs),
    MAX_BYTES_IN_FLIGHT: String(operations.maxBytesInFlight),
  };
}

function onOff(is: boolean): string {
  return is ? 'on' : 'off';
}
