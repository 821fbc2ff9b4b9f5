/** Folder of the package, from its sources as well as from what is built of them, wherever that lies. */
export const packageRoot = new URL('./', import.meta.resolve('campaign-interaction-gateway/package.json'));
