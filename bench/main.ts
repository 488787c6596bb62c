import { type BenchReport, formatReport } from './bench-report.ts';
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
import { benchWrites } from './writes.ts';

const benches: Record<string, () => Promise<BenchReport>> = {
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
  writes: benchWrites,
};
/** `--json` for programs; `--check` makes a missed target a failure. */
const knownFlags = ['--json', '--check'];

const [name, ...flags] = process.argv.slice(2);
const bench = benches[name ?? ''];
if (bench === undefined || flags.some((flag) => !knownFlags.includes(flag))) {
  process.stderr.write(
    `error: unknown bench or flag in '${process.argv.slice(2).join(' ')}': allowed are ${Object.keys(benches).join(', ')}, with ${knownFlags.join(' and ')}\n`,
  );
  process.exitCode = 2;
} else {
  const report = await bench();
  process.stdout.write(`${flags.includes('--json') ? JSON.stringify(report) : formatReport(report)}\n`);
  const missed = report.targets.filter(({ met }) => !met);
  if (flags.includes('--check') && missed.length > 0) {
    const listed = missed.map((missedTarget) => `${missedTarget.name} ${missedTarget.value} (${missedTarget.target})`);
    process.stderr.write(`error: targets missed: ${listed.join(', ')}\n`);
    process.exitCode = 1;
  }
}
