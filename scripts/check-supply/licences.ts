import parse from 'spdx-expression-parse';
import type { Package } from './packages.ts';

/** Licences approved by the Open Source Initiative that occur here and put no condition on the gateway itself. */
const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Python-2.0',
]);

interface Exception {
  readonly name: string;
  /** Licence that the package declared when it was reviewed; any other value needs a new review. */
  readonly licence: unknown;
  readonly reason: string;
}

/** Packages whose licence is not in the list, reviewed one by one. */
export const exceptions: readonly Exception[] = [
  {
    name: 'caniuse-lite',
    licence: 'CC-BY-4.0',
    reason: 'a table of what browsers can do, under the licence for open data',
  },
  {
    name: 'limiter',
    licence: [{ type: 'MIT', url: 'http://github.com/jhurliman/node-rate-limiter/raw/master/LICENSE.txt' }],
    reason: 'MIT, said in the form of npm before SPDX; the text in LICENSE.txt is that of MIT',
  },
  {
    name: 'railroad-diagrams',
    licence: 'CC0-1.0',
    reason: 'given to the public domain: free to use for everything',
  },
  {
    name: 'spdx-exceptions',
    licence: 'CC-BY-3.0',
    reason: 'a list of the names of exceptions, under the licence for open data',
  },
  {
    name: 'spdx-license-ids',
    licence: 'CC0-1.0',
    reason: 'a list of the names of licences, given to the public domain',
  },
];

/** True when a package was reviewed and its licence has not changed. */
export function isException({ name, licence }: Package): boolean {
  return exceptions.some(
    (each) => each.name === name && JSON.stringify(each.licence) === JSON.stringify(licence),
  );
}

/** Reason why a package must not be used; null when it may. */
export function licenceProblem(each: Package): string | null {
  const { name, version, licence } = each;
  if (isException(each)) return null;
  const who = `${name}@${version}`;
  if (licence === null) return `${who} names no licence`;
  if (typeof licence !== 'string') return `${who} names its licence as ${JSON.stringify(licence)}`;
  try {
    return isAllowed(parse(licence)) ? null : `${who} is under ${licence}`;
  } catch {
    return `${who} is under ${JSON.stringify(licence)}, which is no SPDX expression`;
  }
}

/** True when the licence is allowed; one side of an OR is enough. */
function isAllowed(info: parse.Info): boolean {
  if (!('conjunction' in info)) return allowed.has(info.license) && info.exception === undefined;
  return info.conjunction === 'or'
    ? isAllowed(info.left) || isAllowed(info.right)
    : isAllowed(info.left) && isAllowed(info.right);
}
