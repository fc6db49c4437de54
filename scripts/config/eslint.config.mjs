import js from '@eslint/js';
import tseslint from 'typescript-eslint';

import { ROOT } from '../launcher/paths.mjs';

const TYPESCRIPT = ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'prisma.config.ts'];
const TESTS = ['test/**/*.ts', '{src,bench}/**/*.spec.ts', 'src/**/*.fixture.ts'];

/** Whose output is read by a person at a terminal; everything else logs. */
const PRINTS = ['src/ops/commands/**/*.ts'];

const environment = 'The environment is read in src/platform/config only; ask for the setting you need.';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '{src/store,bench/baseline}/generated/', '.cache/', '.data/', 'logs/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    // Lint runs on the very Node whose globals these are.
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])),
    },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: ROOT } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Nest's modules are classes whose only content is their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // What is sent and configured here are plain objects of a class's shape: Nest's DTOs, winston's transports.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: environment }],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:process', 'process'].map((name) => ({
            name,
            importNames: ['env'],
            message: environment,
          })),
        },
      ],
    },
  },
  { files: ['src/**/*.ts'], ignores: TESTS, rules: { 'max-lines': ['error', { max: 250 }] } },
  { files: PRINTS, rules: { 'no-console': 'off' } },
  {
    files: ['src/platform/config/**/*.ts', 'src/telemetry.ts', ...TESTS],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: TESTS,
    rules: {
      // A test that meets what it did not expect is to fail, and an assertion of the type does that.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Jest's `expect(object.method)` doesn't call the method.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
