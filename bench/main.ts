import { parseArgs } from 'node:util';
import { UsageError } from '../src/shared/core/errors.ts';
import { type BenchReport, formatReport } from './bench-report.ts';
import type { BenchSelection } from './bench-selection.ts';
import { benchBundles } from './bundles.ts';
import { benchConsole } from './console.ts';
import { benchDeliveryOrder } from './delivery-order.ts';
import { benchDemand } from './demand.ts';
import { benchDrain } from './drain.ts';
import { benchForecast } from './forecast.ts';
import { benchPipeline } from './pipeline.ts';
import { benchRanking } from './ranking.ts';
import { benchRate } from './rate.ts';
import { benchReader } from './reader.ts';
import { benchRegions } from './regions.ts';
import { benchTableWrites } from './table-writes.ts';
import { benchThrottle } from './throttle.ts';
import { benchTitles } from './titles.ts';
import { benchTitlesFresh } from './titles-fresh.ts';
import { benchWrites } from './writes.ts';

const benches: Record<string, (selection: BenchSelection) => Promise<BenchReport>> = {
  bundles: benchBundles,
  console: benchConsole,
  'delivery-order': benchDeliveryOrder,
  demand: benchDemand,
  forecast: benchForecast,
  drain: benchDrain,
  pipeline: benchPipeline,
  ranking: benchRanking,
  rate: benchRate,
  reader: benchReader,
  regions: benchRegions,
  'table-writes': benchTableWrites,
  throttle: benchThrottle,
  titles: benchTitles,
  'titles-fresh': benchTitlesFresh,
  writes: benchWrites,
};
/** Benches that run in fewer seconds, and those that run by parts. */
const shortened = ['drain', 'rate', 'throttle'];
const divided = ['bundles', 'reader', 'titles', ...shortened];
const usage = `name one bench of ${Object.keys(benches).join(', ')}, with --json (for programs), --check (a missed target or a failed trial is a failure) and, for ${divided.join(', ')}, --part NAME (may be given again), for ${shortened.join(', ')} --seconds N (of a trial), for ranking --data FOLDER (another edition of MovieLens)`;

type Options = { selection: BenchSelection; json?: boolean | undefined; check?: boolean | undefined };

/** The command line; `undefined` when it is not understood. */
function parsed(args: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        check: { type: 'boolean' },
        part: { type: 'string', multiple: true },
        seconds: { type: 'string' },
        data: { type: 'string' },
      },
    });
    const [name = '', ...others] = positionals;
    const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
    const isWrongPart = values.part !== undefined && !divided.includes(name);
    const isWrongTime = seconds !== undefined && !(seconds > 0 && shortened.includes(name));
    const isWrongData = values.data !== undefined && name !== 'ranking';
    const { part = [], data, ...printed } = values;
    return others.length > 0 || isWrongPart || isWrongTime || isWrongData
      ? undefined
      : { bench: benches[name], selection: { parts: part, seconds, data }, ...printed };
  } catch {
    return undefined;
  }
}

async function run(bench: (chosen: BenchSelection) => Promise<BenchReport>, options: Options): Promise<void> {
  const report = await bench(options.selection);
  process.stdout.write(`${options.json ? JSON.stringify(report) : formatReport(report)}\n`);
  const missed = report.targets.filter(({ met }) => !met);
  const listed = [
    ...missed.map((missedTarget) => `${missedTarget.name} ${missedTarget.value} (${missedTarget.target})`),
    ...(report.failures ?? []),
  ];
  if (options.check && listed.length > 0) {
    process.stderr.write(`error: targets missed or trials failed: ${listed.join(', ')}\n`);
    process.exitCode = 1;
  }
}

const options = parsed(process.argv.slice(2));
try {
  if (options?.bench === undefined) {
    throw new UsageError(usage);
  }
  await run(options.bench, options);
} catch (error) {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
