import type { Plugin } from 'graphql-yoga';
import { CompiledExecutor } from '../execution/compiled-executor.ts';
import { repeatedReferences } from '../resolvers/repeated-references.ts';

export interface CompiledExecutionOptions {
  /** At which request for the same operation it is compiled: 1 at once, Infinity never. @default 3 */
  readonly compileAtSight?: number | undefined;
}

/**
 * Executes operations that are sent again and again by code made for them. Parsed documents are kept by their text
 * (`kept-documents.ts`), so that equal texts meet in one document.
 */
export function useCompiledExecution({ compileAtSight = 3 }: CompiledExecutionOptions = {}): Plugin {
  const executor = new CompiledExecutor({ compileAtSight, repeats: repeatedReferences });
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => executor.execute(args) ?? executeFn(args));
    },
  };
}
