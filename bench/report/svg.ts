import type { ScenarioFigures } from './figures.ts';

const WIDTH = 720;
const LABELS = 110;
const NUMBERS = 90;
const BAR = 16;
const LINE = 22;
const HEAD = 30;
const GAP = 14;

/** Colours for light and dark pages, which an image does not inherit. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .head { font-weight: 600; }
    .bar { fill: #8c959f; }
    .gateway { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .bar { fill: #6e7681; }
      .gateway { fill: #4493f8; }
    }`;

/** Bar chart of CPU time per request for these scenarios and contenders, the least CPU time on top. */
export function cpuChart(scenarios: ReadonlyMap<string, ScenarioFigures>): string {
  const parts: string[] = [];
  let top = 0;
  for (const [scenario, figures] of scenarios) {
    const rows = [...figures].toSorted(([, a], [, b]) => a.cpuMs - b.cpuMs);
    const most = Math.max(...rows.map(([, { cpuMs }]) => cpuMs));
    parts.push(`<text class="head" x="0" y="${top + 18}">${scenario}: CPU ms per request</text>`);
    top += HEAD;
    for (const [name, { cpuMs }] of rows) {
      const width = Math.max(1, Math.round((cpuMs / most) * (WIDTH - LABELS - NUMBERS)));
      const kind = name === 'gateway' ? 'gateway' : 'bar';
      parts.push(
        `<text x="${LABELS - 8}" y="${top + 13}" text-anchor="end">${name}</text>`,
        `<rect class="${kind}" x="${LABELS}" y="${top}" width="${width}" height="${BAR}" rx="2"/>`,
        `<text x="${LABELS + width + 6}" y="${top + 13}">${cpuMs.toFixed(2)}</text>`,
      );
      top += LINE;
    }
    top += GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-label="CPU time per request by contender">
  <style>${STYLE}
  </style>
  ${parts.join('\n  ')}
</svg>
`;
}
