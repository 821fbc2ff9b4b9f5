/** Tests that run the blocks of a language on a page, or the reason that none does. */
type BlockRule = { readonly tests: readonly string[] } | { readonly notRun: string };

const DOCUMENTATION = 'test/gateway/documentation.test.ts';
const GUIDE = 'scripts/check-readme/main.ts';

/** Rules for the fenced blocks of each page, by language. */
export const blockRules: Readonly<Record<string, Readonly<Record<string, BlockRule>>>> = {
  'README.md': {
    sh: { tests: ['test/gateway/readme.test.ts', GUIDE] },
    graphql: { tests: ['test/gateway/readme.test.ts'] },
    json: { tests: ['test/gateway/readme.test.ts'] },
  },
  'CONTRIBUTING.md': {
    sh: { notRun: 'commands of npm; a test looks their scripts up in package.json' },
    text: { notRun: 'the tree of files, which a test compares with the disk' },
  },
  'docs/architecture.md': { mermaid: { notRun: 'a drawing, which GitHub makes' } },
  'docs/clients.md': {
    sh: { tests: ['test/unit/documents.test.ts'] },
    ts: { tests: ['test/world/clients/docs-app.ts'] },
    tsx: { tests: ['test/world/clients/docs-app.ts'] },
    json: { tests: ['test/world/clients/docs-app.ts'] },
  },
  'docs/codegen.md': {
    sh: { tests: [GUIDE] },
    ts: { tests: [GUIDE] },
    json: { tests: [GUIDE] },
  },
  'docs/configure.md': {
    sh: { notRun: 'the commands of test/process/commands.test.ts, by their installed name' },
    yaml: { tests: ['test/process/commands.test.ts'] },
  },
  'docs/cost.md': { json: { tests: [DOCUMENTATION] } },
  'docs/doctor.md': {
    console: {
      notRun: 'output of an organisation, which no test has; the tests of the doctor read the same lines',
    },
    json: { notRun: 'output of an organisation, which no test has' },
  },
  'docs/embed.md': {
    sh: { notRun: 'an install from the registry, where the package is not published yet' },
    ts: { notRun: 'the files of examples/hosts, which a test compares with these blocks' },
    js: { notRun: 'a file of examples/hosts, which a test compares with this block' },
  },
  'docs/errors.md': { json: { tests: [DOCUMENTATION] } },
  'docs/federation.md': {
    js: { tests: [DOCUMENTATION] },
    yaml: { notRun: 'configuration of routers that are no packages of npm; a test reads it as YAML' },
  },
  'docs/observe.md': {
    json: { tests: [DOCUMENTATION] },
    sh: { tests: [DOCUMENTATION] },
  },
  'docs/operate.md': {
    json: { tests: [DOCUMENTATION] },
    sh: { tests: ['test/world/deploy/kubernetes.test.ts'] },
  },
  'docs/replicas.md': {
    json: { tests: ['test/process/redis/redis-away.test.ts'] },
    sh: { tests: [DOCUMENTATION] },
  },
  'docs/sandbox.md': { sh: { tests: [DOCUMENTATION] } },
  'docs/security.md': { sh: { tests: [DOCUMENTATION] } },
  'docs/unconfirmed.md': { sh: { tests: ['test/gateway/unconfirmed.test.ts'] } },
};
