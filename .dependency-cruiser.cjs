/** The arrows of ARCHITECTURE.md: package → packages it may import. */
const arrows = {
  errors: [],
  random: ['errors'],
  backend: ['errors'],
  augment: ['errors', 'random'],
  data: ['errors', 'random', 'augment'],
  models: ['errors', 'random', 'augment', 'backend'],
  losses: ['errors', 'random', 'augment', 'models', 'backend'],
  train: ['errors', 'random', 'augment', 'data', 'models', 'losses', 'backend'],
  eval: ['errors', 'random', 'models', 'backend'],
};

const arrowRules = Object.entries(arrows).map(([name, allowed]) => ({
  name: `arrows-of-${name}`,
  comment: `@ssl/${name} may import only: ${allowed.join(', ') || 'nothing of ours'} (ARCHITECTURE.md)`,
  severity: 'error',
  from: { path: `^packages/${name}/src`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(packages|apps)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that import each other in a circle cannot be read or loaded one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'node-only-through-node-entries',
      comment: 'A platform-neutral file must not reach a *.node.ts file: browsers would follow.',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: '(\\.node\\.ts|/node\\.ts|\\.test\\.ts|\\.testing\\.ts|/e2e/.*)$',
      },
      to: { path: '(\\.node\\.ts|/src/node\\.ts)$' },
    },
    {
      name: 'browser-only-through-browser-entries',
      comment: 'A platform-neutral file must not reach a *.browser.ts file: Node would follow.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '(\\.browser\\.ts|/browser\\.ts)$' },
      to: { path: '(\\.browser\\.ts|/src/browser\\.ts)$' },
    },
    {
      name: 'no-node-in-the-viewer',
      comment: 'The viewer runs in browsers: it takes the *.browser.ts entries.',
      severity: 'error',
      from: { path: '^apps/viewer/src/' },
      to: { path: '(\\.node\\.ts|/src/node\\.ts)$|^node:' },
    },
    {
      name: 'apps-stand-alone',
      comment: 'What two apps need belongs into a package.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-tests-in-sources',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'no-undeclared-imports',
      comment: 'An import that cannot be resolved: a package that package.json does not declare.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...arrowRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@ssl/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
