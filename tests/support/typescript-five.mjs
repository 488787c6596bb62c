/**
 * Loaded by `--import`: openapi-typescript prints types with the compiler's functions, which TypeScript 7 does not export any more. It gets
 * version 5, as it has beside it where `npx` installs it.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    next(
      specifier === 'typescript' && context.parentURL?.includes('/openapi-typescript/') ? 'typescript-5' : specifier,
      context,
    ),
});
