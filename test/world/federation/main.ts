import { installOnce } from '../../../scripts/install-once.ts';

installOnce(new URL('./', import.meta.url), 'the routers', ['--ignore-scripts']);
// The module needs the packages that have been installed only now.
const { tryRouter } = await import('./try-router.ts');
await tryRouter();
