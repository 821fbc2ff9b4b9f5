import type { Form } from './forms.ts';
import { secretSettings, type SettingName, settingNames, settingOf } from './settings.ts';

interface ObjectSchema {
  readonly type: readonly ['object', 'null'];
  readonly additionalProperties: false;
  readonly properties: Record<string, unknown>;
}

/** JSON Schema (draft 2020-12) of a file of settings. */
export function configSchema(): object {
  const root = emptyObject();
  for (const name of settingNames) {
    const path = settingOf(name).option.split('.');
    const last = path.pop() ?? '';
    let level = root;
    for (const part of path) {
      const known = level.properties[part];
      const inner = isObjectSchema(known) ? known : emptyObject();
      level.properties[part] = inner;
      level = inner;
    }
    level.properties[last] = schemaOf(name);
    if (secretSettings.includes(name)) {
      level.properties[`${last}File`] = {
        description: `Path of a file with the value of ${last}, relative to the folder of this file.`,
        type: ['string', 'null'],
      };
    }
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Settings of the campaign interaction gateway',
    ...root,
  };
}

function schemaOf(name: SettingName): object {
  const { meaning, default: preset, form = { kind: 'text' } } = settingOf(name);
  return {
    description: `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`,
    ...(preset !== null && { default: defaultOf(preset, form) }),
    'x-environment': name,
    ...formSchema(form),
  };
}

/** An empty value counts as not set, and so does null, as YAML has it. */
function formSchema(form: Form): object {
  switch (form.kind) {
    case 'switch':
      return { enum: [true, false, 'on', 'off', 'true', 'false', 1, 0, null] };
    case 'number':
      return { anyOf: [{ type: 'integer', minimum: form.from, maximum: form.to }, digits, empty] };
    case 'duration':
      return {
        anyOf: [
          { type: 'integer', minimum: form.from, maximum: form.to },
          { type: 'string', pattern: String.raw`^\s*\d{1,11} ?(ms|s|m|h)?\s*$` },
          empty,
        ],
      };
    case 'share':
      return {
        anyOf: [
          { type: 'number', minimum: 0, ...(form.isBelowOne ? { exclusiveMaximum: 1 } : { maximum: 1 }) },
          { type: 'string', pattern: String.raw`^\s*(0|1|1\.0+|0?\.\d{1,10})\s*$` },
          empty,
        ],
      };
    case 'choice':
      return { enum: [...form.values, '', null] };
    case 'list':
      return { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }, { type: 'null' }] };
    case 'counts':
      return {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: Object.fromEntries(
          form.names.map((name) => [name, { type: 'integer', minimum: 0, maximum: 999_999 }]),
        ),
      };
    case 'path':
    case 'text':
      return { type: ['string', 'null'] };
  }
}

const empty = { enum: ['', null] };
const digits = { type: 'string', pattern: String.raw`^\s*\d{1,11}\s*$` };

function defaultOf(preset: string, form: Form): string | number | boolean {
  if (form.kind === 'switch') return preset === 'on';
  return form.kind === 'number' || form.kind === 'duration' || form.kind === 'share'
    ? Number(preset)
    : preset;
}

function emptyObject(): ObjectSchema {
  return { type: ['object', 'null'], additionalProperties: false, properties: {} };
}

function isObjectSchema(value: unknown): value is ObjectSchema {
  return (
    typeof value === 'object' && value !== null && 'properties' in value && 'additionalProperties' in value
  );
}
