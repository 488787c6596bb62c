import { parseArgs } from 'node:util';
import { type BenchReport, formatReport } from './bench-report.ts';
import type { BenchSelection } from './bench-selection.ts';
import { benchBundles } from './bundles.ts';
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
import { benchWrites } from './writes.ts';

const benches: Record<string, (selection: BenchSelection) => Promise<BenchReport>> = {
  bundles: benchBundles,
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
  writes: benchWrites,
};
/** Benches that run by parts, and in fewer seconds. */
const selectable = ['drain', 'rate', 'throttle'];
const usage = `error: name one bench of ${Object.keys(benches).join(', ')}, with --json (for programs), --check (a missed target or a failed trial is a failure) and, for ${selectable.join(', ')}, --part NAME (may be given again) and --seconds N (of a trial)`;

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
      },
    });
    const [name = '', ...others] = positionals;
    const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
    const isSelecting = values.part !== undefined || seconds !== undefined;
    const isWrong = others.length > 0 || (seconds !== undefined && !(seconds > 0));
    return isWrong || (isSelecting && !selectable.includes(name))
      ? undefined
      : { bench: benches[name], selection: { parts: values.part ?? [], seconds }, ...values };
  } catch {
    return undefined;
  }
}

const { bench, selection = { parts: [], seconds: undefined }, json, check } = parsed(process.argv.slice(2)) ?? {};
if (bench === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  const report = await bench(selection);
  process.stdout.write(`${json ? JSON.stringify(report) : formatReport(report)}\n`);
  const missed = report.targets.filter(({ met }) => !met);
  const listed = [
    ...missed.map((missedTarget) => `${missedTarget.name} ${missedTarget.value} (${missedTarget.target})`),
    ...(report.failures ?? []),
  ];
  if (check && listed.length > 0) {
    process.stderr.write(`error: targets missed or trials failed: ${listed.join(', ')}\n`);
    process.exitCode = 1;
  }
}
