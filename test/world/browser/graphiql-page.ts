/** Helpers that use GraphiQL's page as a person does. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { GraphQLAnswer } from '../../support/gateway.ts';

/** Timeout for the page: machines may be slow. */
export const PATIENTLY = { timeout: 30_000 };

export const editorOf = (page: Page) => page.locator('.graphiql-query-editor .monaco-editor');
/** Editor of variables or headers. */
export const editorIn = (page: Page, kind: 'variables' | 'headers') =>
  page.locator(`.monaco-editor[data-uri$="${kind}.json"]`);
/** Button that shows the editor of variables or headers. */
export const toolOf = (page: Page, name: 'variables' | 'headers') =>
  page
    .locator('.graphiql-editor-tools')
    .getByRole('button', { name: new RegExp(name, 'i') })
    .first();
export const answerOf = (page: Page) => page.locator('.result-window');
export const runButtonOf = (page: Page) => page.getByRole('button', { name: /^Execute query/ });

/** Titles of all tabs. */
export function tabsOf(page: Page): Promise<string[]> {
  return page
    .getByRole('tab')
    .getByRole('button', { name: /^(\w+|<untitled>)$/ })
    .allInnerTexts();
}

/** Text of the tabs that GraphiQL has stored. */
export function storedTabs(page: Page): Promise<string> {
  return page.evaluate(() => localStorage.getItem('graphiql:tabState') ?? '');
}

/** Visible lines of an editor. */
export async function textIn(editor: Locator): Promise<string> {
  const lines = await editor.locator('.view-line').allTextContents();
  return lines.join('\n').replaceAll('\u00A0', ' ');
}

/** Answer that the page shows, parsed; the text when it is not JSON. */
export async function answerShown(page: Page): Promise<unknown> {
  const text = await textIn(answerOf(page));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Presses the run button, and resolves with the gateway's answer. */
export async function run(page: Page): Promise<GraphQLAnswer> {
  const [response] = await Promise.all([
    page.waitForResponse((it) => it.request().postData()?.includes('__schema') === false),
    runButtonOf(page).click(),
  ]);
  return response.json();
}

export async function openTab(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New tab' }).click();
  await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe('');
  await editorOf(page).click();
}

export async function typeInTab(page: Page, query: string): Promise<void> {
  await openTab(page);
  await page.keyboard.type(query);
  await followed(page, query);
}

/**
 * Waits until GraphiQL has taken in this query, which the page's address then has. GraphiQL takes a tenth of a second to
 * notice a change; until then it looks for the previous operation and finds none to run.
 */
export async function followed(page: Page, query: string): Promise<void> {
  await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe(query);
  await expect.poll(() => new URL(page.url()).searchParams.get('query'), PATIENTLY).toBe(query);
}

/** Types a text, waits until the first completion is `suggestion`, and accepts that. */
export async function complete(page: Page, text: string, suggestion: string): Promise<void> {
  await page.keyboard.type(text);
  const suggestions = page.getByRole('listbox', { name: 'Suggest' }).getByRole('option');
  await expect
    .poll(async () => {
      const [first] = await suggestions.all();
      // No list opens by itself when the schema arrives after the last keystroke.
      if (first === undefined) await page.keyboard.press('Control+Space');
      return first?.getAttribute('aria-label', { timeout: 1000 });
    }, PATIENTLY)
    .toMatch(new RegExp(`^${suggestion}(, docs: |$)`));
  await page.keyboard.press('Tab');
}

export async function openDocs(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.locator('.graphiql-doc-explorer');
  await docs.getByRole('link', { name: 'Query', exact: true }).waitFor();
  return docs;
}

/** Distance in pixels between the top left corners of two elements; Infinity when one is invisible. */
export async function distance(one: Locator, other: Locator): Promise<number> {
  const [a, b] = await Promise.all([one.boundingBox(), other.boundingBox()]);
  return a === null || b === null ? Infinity : Math.hypot(a.x - b.x, a.y - b.y);
}
