/**
 * A process that starts a guarded one and tells both ids: `node guarded-parent.ts <command> [argument…]`.
 * It ends when it is killed, or after twenty seconds.
 */
import { startGuarded } from '../../src/local/processes.ts';

const [command = '', ...rest] = process.argv.slice(2);
const child = startGuarded(command, rest);
process.stdout.write(`${await child.waitForLine('ready')}\n`);
setTimeout(() => undefined, 20_000);
