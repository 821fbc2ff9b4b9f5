import type { StaticFile } from './static-file.ts';

/** GraphiQL, taken apart. */
export interface GraphiqlParts {
  /** Page with `SCRIPT` where its last script belongs. Its links begin with `ASSETS`. */
  readonly html: string;
  /** That script, with `OPTIONS` in the place of the options. */
  readonly script: string;
  /** Files that the page loads, by name. */
  readonly files: ReadonlyMap<string, StaticFile>;
}

// Marks in the texts, in the place of what is put in.
export const SCRIPT = '<!--script-->';
export const OPTIONS = '"options"';
export const ASSETS = 'assets:';

export const TITLE = 'Campaign interaction gateway';
