import process from 'node:process';
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: process.env['SCHEMA'] ?? '../../schema.graphql',
  documents: ['src/**/*.ts', '!src/generated/**'],
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumType: 'string-literal',
        importExtension: '.ts',
        scalars: { DateTime: 'string', JSON: 'unknown' },
        // A scalar that is not listed above is an error, instead of `any`.
        strictScalars: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
