import tseslint from 'typescript-eslint';

const chance = {
  object: 'Math',
  property: 'random',
  message: 'All chance comes from @ssl/random, so that a run can be repeated.',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/*.generated.ts', '**/node_modules/', '**/.turbo/', '**/assembly/', 'runs/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: ['error', 'always'],
      'no-restricted-properties': ['error', chance],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: "CallExpression[callee.object.name='it'][callee.property.name='only']",
          message: 'A focused test hides all others.',
        },
      ],
    },
  },
  {
    // Packages run in Node and in a browser alike; what needs one of them says so in its file name.
    files: ['packages/*/src/**/*.ts'],
    ignores: [
      '**/*.node.ts',
      '**/*.browser.ts',
      '**/*.test.ts',
      '**/*.testing.ts',
      'packages/*/src/{node,browser}.ts',
    ],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'require', '__dirname', '__filename'].map((name) => ({
          name,
          message: 'Node only: move this to a *.node.ts file.',
        })),
        ...['document', 'window', 'navigator', 'localStorage'].map((name) => ({
          name,
          message: 'Browser only: move this to a *.browser.ts file.',
        })),
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', 'fs', 'path', 'os', 'worker_threads'],
              message: 'Node only: move this to a *.node.ts file.',
            },
          ],
        },
      ],
    },
  },
  {
    // Runs in browsers only.
    files: ['apps/viewer/src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require', '__dirname', '__filename'],
      'no-restricted-imports': ['error', { patterns: ['node:*', '@ssl/*/node'] }],
    },
  },
  {
    // The tools' own configuration files are read through their default export.
    files: ['vitest.config.ts', 'apps/*/vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
