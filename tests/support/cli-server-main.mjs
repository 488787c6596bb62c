/**
 * The program again and again in one process, which is what costs the time: each message is one call of it. Everything that it is
 * given by the outside (arguments, folder, environment) comes with the message, and what it writes goes back.
 */
import { runProgram } from '../../src/cli/program.ts';

const own = { ...process.env };

process.on('message', async ({ id, args, cwd, environment }) => {
  process.chdir(cwd);
  process.env = { ...own, ...environment };
  const written = { stdout: '', stderr: '' };
  const writes = Object.fromEntries(['stdout', 'stderr'].map((name) => [name, process[name].write]));
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      written[name] += text;
      return true;
    };
  }
  try {
    const code = await runProgram(args);
    process.send({ id, result: { code, signal: null, ...written } });
  } finally {
    process.stdout.write = writes.stdout;
    process.stderr.write = writes.stderr;
  }
});
