/** What a bundle leaves out of the client of Parameter Store changes nothing of what its errors say. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { bundleOptions } from '../../../src/local/bundle/bundle-options.ts';
import { messageOf } from '../../../src/shared/core/errors.ts';
import { ssmToken } from '../../../src/shared/tmdb/ssm-token.ts';
import { awsError, startAwsScriptServer } from '../../support/aws-script-server.ts';
import { rejectionOf } from '../../support/caught.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const folder = scratchFolder();
const codes = [
  'AccessDeniedException',
  'ParameterNotFound',
  'ParameterVersionNotFound',
  'InvalidKeyId',
  'ThrottlingException',
  'ExpiredTokenException',
  'UnheardOfException',
];

it('errors of Parameter Store have the same names in a bundle, and the token is read', async () => {
  const outfile = join(folder, 'token.mjs');
  const { metafile } = await build({
    ...bundleOptions,
    absWorkingDir: repository,
    entryPoints: ['src/shared/tmdb/ssm-token.ts'],
    outfile,
    metafile: true,
  });
  const bundled = (await import(pathToFileURL(outfile).href)) as { ssmToken: typeof ssmToken };
  let current: object = {};
  const server = await startAwsScriptServer(() => current as never);
  onTestFinished(() => server.stop());
  const tokenOf = (from: typeof ssmToken) =>
    from('/token', virtualClock(), { endpoint: server.endpoint, region: 'us-east-1' });
  for (const code of codes) {
    current = awsError(400, code);
    const [plain, small] = [await rejectionOf(tokenOf(ssmToken)()), await rejectionOf(tokenOf(bundled.ssmToken)())];
    expect(messageOf(small)).toBe(messageOf(plain));
    expect(messageOf(small)).toContain(`(${code})`);
  }
  current = { Parameter: { Name: '/token', Type: 'SecureString', Value: 'token-4c1f', Version: 1, DataType: 'text' } };
  expect(await tokenOf(bundled.ssmToken)()).toBe('token-4c1f');
  // Or nothing was left out, and the test says nothing.
  const [output] = Object.values(metafile.outputs);
  const ofErrors = Object.entries(output?.inputs ?? {}).filter(([path]) =>
    path.endsWith('client-ssm/dist-es/models/errors.js'),
  );
  expect(ofErrors.map(([, { bytesInOutput }]) => bytesInOutput).filter((bytes) => bytes > 1_000)).toEqual([]);
});
