#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import module from 'node:module';

// A command loads some hundred modules: what Node compiled once it keeps (NODE_COMPILE_CACHE names the folder).
// Node 20 has no such cache.
module.enableCompileCache?.();
const { runProgram } = await import('./program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
