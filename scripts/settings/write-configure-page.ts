import { readFileSync } from 'node:fs';
import type { Form } from '../../src/config/forms.ts';
import { type SettingName, settingNames, settingOf } from '../../src/config/settings.ts';

/** Sections of the page, by the slices of the configuration. */
const sections = {
  upstream: 'Upstream: region, credentials, timeouts',
  server: 'Server: port, limits, CORS, GraphiQL',
  auth: 'Authentication of callers',
  operations: 'Operations: query limits, rate limits, trusted documents',
  cache: 'Caching',
  loading: 'Batching and list freshness',
  network: 'Proxy and certificate authorities',
  redis: 'Redis',
  telemetry: 'Log, metrics and traces',
  federation: 'Federation',
} as const;

const template = new URL('configure-page.md', import.meta.url);
const PLACE = '<!-- settings -->';

/** Text of docs/configure.md: the template beside this file, and a table for each slice. */
export function writeConfigurePage(): string {
  const text = readFileSync(template, 'utf8');
  if (!text.includes(PLACE)) throw new TypeError(`The template has no ${PLACE}.`);
  const slices = new Set(settingNames.map((name) => sliceOf(name)));
  const unknown = [...slices].filter((slice) => !Object.hasOwn(sections, slice));
  if (unknown.length > 0) throw new TypeError(`The page has no section for ${unknown.join(', ')}.`);
  const tables = Object.entries(sections).map(([slice, title]) => {
    const rows = settingNames.filter((name) => sliceOf(name) === slice).map(rowOf);
    return `## ${title}\n\n| setting | option | meaning | default |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return text.replace(PLACE, () => tables.join('\n'));
}

function sliceOf(name: SettingName): string {
  return settingOf(name).option.split('.')[0] ?? '';
}

function rowOf(name: SettingName): string {
  const { option, meaning, default: preset, form = { kind: 'text' }, hidden, isOfProcess } = settingOf(name);
  const notes = [
    valuesOf(form),
    hidden === true ? 'Secret.' : '',
    isOfProcess === true ? 'Not for the library.' : '',
  ];
  const text = [`${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`, ...notes]
    .filter((each) => each !== '')
    .join(' ');
  return `| \`${name}\` | \`${option}\` | ${text.replaceAll('|', '\\|')} | ${preset === null ? 'not set' : `\`${preset}\`${unitOf(form)}`} |`;
}

function unitOf(form: Form): string {
  if (form.kind === 'duration') return form.unit === 'ms' ? ' ms' : ' s';
  return form.kind === 'number' && form.unit === 'bytes' ? ' bytes' : '';
}

function valuesOf(form: Form): string {
  switch (form.kind) {
    case 'number':
      return `${form.from} to ${form.to}${form.unit === 'bytes' ? ' bytes' : ''}.`;
    case 'duration':
      return `${form.from} to ${form.to} ${form.unit}.`;
    case 'share':
      return `0 to ${form.isBelowOne ? 'below 1' : '1'}.`;
    case 'choice':
      return `Values: ${form.values.map((value) => `\`${value}\``).join(', ')}.`;
    case 'switch':
      return '`on` or `off`.';
    case 'counts':
    case 'list':
    case 'path':
    case 'text':
      return '';
  }
}
