/**
 * The reliability campaign on real components: `npm run campaign -- [--rounds N] [--seed S] [--json]`. Ends with 1 when a round
 * left something wrong, with 2 when it was asked for something that it does not know.
 */
import { defaultDynamoEngine } from '../../../src/local/embedded-dynamodb.ts';
import { messageOf, UsageError } from '../../../src/shared/core/errors.ts';
import { formatCampaign, formatFailure } from './format-campaign.ts';
import { parseFlags } from './parse-flags.ts';
import { runCampaign } from './run-campaign.ts';

try {
  const { rounds, seed, json } = parseFlags(process.argv.slice(2));
  if (defaultDynamoEngine() !== 'dynoxide') {
    throw new UsageError('the campaign needs the database dynoxide, which is not there on this platform');
  }
  const report = await runCampaign({
    rounds,
    seed,
    onRound: (round, seconds) => {
      process.stderr.write(`round ${round} of ${rounds}: ${seconds.toFixed(1)} s\n`);
    },
  });
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : formatCampaign(report));
  process.stderr.write(formatFailure(report));
  process.exitCode = report.failure === undefined ? 0 : 1;
} catch (error) {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
