/** The package describes its types in comments only. */
declare module 'apollo-upload-client/UploadHttpLink.mjs' {
  import type { ApolloLink } from '@apollo/client';
  export default class UploadHttpLink extends ApolloLink {
    constructor(options: { readonly uri: string; readonly headers?: Readonly<Record<string, string>> });
  }
}
declare module 'babel-plugin-relay' {
  import type { PluginTarget } from '@babel/core';
  const plugin: PluginTarget;
  export default plugin;
}
