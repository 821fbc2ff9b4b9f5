import { installIfNeeded } from './install.ts';

installIfNeeded();
// It needs what has been installed only now.
const { tryRouter } = await import('./try-router.ts');
await tryRouter();
