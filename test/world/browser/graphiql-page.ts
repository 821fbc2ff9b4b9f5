/** GraphiQL's page, in the words of somebody who uses it. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { GraphQLAnswer } from '../../support/gateway.ts';

/** For what comes about by itself on a machine that may be slow. */
export const PATIENTLY = { timeout: 30_000 };

export const editorOf = (page: Page) => page.locator('.graphiql-query-editor .monaco-editor');
export const answerOf = (page: Page) => page.locator('.result-window');
export const runButtonOf = (page: Page) => page.getByRole('button', { name: /^Execute query/ });

/** The lines of an editor that are in sight. */
export async function textIn(editor: Locator): Promise<string> {
  const lines = await editor.locator('.view-line').allTextContents();
  return lines.join('\n').replaceAll('\u00A0', ' ');
}

/** What the answer says as the page shows it; the text where that is not JSON. */
export async function answerShown(page: Page): Promise<unknown> {
  const text = await textIn(answerOf(page));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Presses the round button, and gives what the gateway answered. */
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
 * Waits until GraphiQL has taken in this query, which the page's address then has. For a tenth of a second after a change it
 * still looks for the operation of before, and finds none to run.
 */
export async function followed(page: Page, query: string): Promise<void> {
  await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe(query);
  await expect.poll(() => new URL(page.url()).searchParams.get('query'), PATIENTLY).toBe(query);
}

/** Types this, and accepts the first suggestion of how to go on once it is that one. */
export async function complete(page: Page, text: string, suggestion: string): Promise<void> {
  await page.keyboard.type(text);
  const suggestions = page.getByRole('listbox', { name: 'Suggest' }).getByRole('option');
  await expect
    .poll(async () => {
      const [first] = await suggestions.all();
      // There is none, and none comes by itself, where the schema arrives after the last letter.
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

/** Between where two things on the page begin, in pixels. */
export async function distance(one: Locator, other: Locator): Promise<number> {
  const [a, b] = await Promise.all([one.boundingBox(), other.boundingBox()]);
  return a === null || b === null ? Infinity : Math.hypot(a.x - b.x, a.y - b.y);
}
