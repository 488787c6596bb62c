#!/usr/bin/env node
import module from 'node:module';

// To Node, SQLite is an experiment, of which a person who runs a command need not hear. Not by a flag in the first line, because the `env` of
// BusyBox (Alpine Linux) and of older systems passes none on.
const tellers = process.listeners('warning');
process.removeAllListeners('warning').on('warning', (warning) => {
  for (const tell of warning.name === 'ExperimentalWarning' ? [] : tellers) {
    tell.call(process, warning);
  }
});

// A command loads some hundred modules: what Node compiled once it keeps (NODE_COMPILE_CACHE names the folder).
// Node 20 has no such cache.
module.enableCompileCache?.();
const { runProgram } = await import('./program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
