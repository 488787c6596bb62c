import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/local/stack-endpoints.ts';
import { until } from '../support/until.ts';

const launcher = fileURLToPath(new URL('./aws_on_loopback.py', import.meta.url));

/** Why there can be no rehearsal on this machine; `undefined` where it can be. */
export function nothingToRehearseWith(): string | undefined {
  const needed = [
    ["moto's server (pip install 'moto[server]')", 'python3', ['-c', 'import boto3, moto.server']],
    ['the AWS command line', 'aws', ['--version']],
    ['curl', 'curl', ['--version']],
    ['bash', 'bash', ['--version']],
  ] as const;
  const missing = needed.find(([, program, args]) => spawnSync(program, args, { stdio: 'ignore' }).status !== 0);
  return missing && `the rehearsal needs ${missing[0]}, which this machine does not have`;
}

/** AWS's APIs on this machine, an account in which there is nothing. */
export type AwsOnLoopback = { endpoint: string; log(): string; stop(): Promise<void> };

/** @param environment - of the server; it holds what guards its connections. */
export async function startAwsOnLoopback(
  functionsUrl: string,
  readerUrl: string,
  environment: Readonly<Record<string, string>>,
): Promise<AwsOnLoopback> {
  const port = await freePort();
  const server = spawn('python3', [launcher, String(port), functionsUrl, readerUrl], { env: { ...environment } });
  const written: string[] = [];
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => written.push(chunk));
  }
  const endpoint = `http://localhost:${port}`;
  const answers = () =>
    fetch(`${endpoint}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the server of AWS’s APIs answers', async () => {
    if (server.exitCode !== null) {
      throw new Error(`the server of AWS’s APIs has ended: ${written.join('')}`);
    }
    return answers();
  });
  return { endpoint, log: () => written.join(''), stop: () => ended(server) };
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
}
