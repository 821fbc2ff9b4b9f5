import type { GraphiQLOptions } from 'graphql-yoga';

/** What the function needs of a browser's `window`. */
interface PageWindow {
  readonly location: { readonly href: string };
  readonly history: {
    readonly state: unknown;
    replaceState(state: object, unused: string, url: string): void;
  };
  readonly localStorage: { getItem(name: string): string | null };
}

interface StoredTab {
  readonly query?: string | null;
  readonly variables?: string | null;
}

/**
 * Options for GraphiQL with the tab that it opens. A link's query, `?query=…` with or without `&variables=…`, has a tab of its own;
 * otherwise the tab opens that was the last one. GraphiQL alone would show a link in the tab of the first example, or with the
 * variables that were edited last, and would open one more tab each time that the page is loaded again. Nothing runs by itself, and
 * headers are never taken from a link.
 *
 * GraphiQL itself puts the query that is edited into the address, with a state of the history: that is no link when the page is
 * loaded again. Variables of a link would stay in the address while its query changes, so they are put into the state, from which
 * the link is opened once more if the page is loaded again before GraphiQL has stored its tab.
 *
 * The text of this function is a part of the page: it refers to nothing but its parameters and what browsers have.
 */
export function withOpenedTab(
  options: GraphiQLOptions,
  page: PageWindow,
): GraphiQLOptions & { readonly query?: string; readonly variables?: string } {
  function lastTab(): StoredTab | undefined {
    try {
      const stored: { tabs?: StoredTab[]; activeTabIndex?: number } | null = JSON.parse(
        page.localStorage.getItem('graphiql:tabState') ?? 'null',
      );
      return stored?.tabs?.[stored.activeTabIndex ?? 0];
    } catch {
      return undefined;
    }
  }

  const url = new URL(page.location.href);
  const query = url.searchParams.get('query');
  const { state } = page.history;
  const marked =
    typeof state === 'object' && state !== null && 'linked' in state ? String(state.linked) : null;
  const last = lastTab();
  if (query === null || (state !== null && (marked === null || last?.query === query))) {
    return last === undefined
      ? options
      : { ...options, query: last.query ?? '', variables: last.variables ?? '' };
  }
  const variables = marked ?? url.searchParams.get('variables') ?? '';
  url.searchParams.delete('variables');
  url.searchParams.delete('operationName');
  page.history.replaceState({ linked: variables }, '', url.href);
  return {
    ...options,
    query,
    variables,
    defaultTabs: [{ query, variables }, ...(options.defaultTabs ?? [])],
  };
}
