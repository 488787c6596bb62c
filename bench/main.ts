import { type BenchReport, formatReport } from './bench-report.ts';
import { benchDeliveryOrder } from './delivery-order.ts';
import { benchRate } from './rate.ts';
import { benchTableWrites } from './table-writes.ts';

const benches: Record<string, () => Promise<BenchReport>> = {
  'delivery-order': benchDeliveryOrder,
  rate: benchRate,
  'table-writes': benchTableWrites,
};

const [name, ...flags] = process.argv.slice(2);
const bench = benches[name ?? ''];
if (bench === undefined || flags.some((flag) => flag !== '--json')) {
  process.stderr.write(
    `error: unknown bench '${name ?? ''}': allowed are ${Object.keys(benches).join(', ')}, with --json\n`,
  );
  process.exitCode = 2;
} else {
  const report = await bench();
  process.stdout.write(`${flags.includes('--json') ? JSON.stringify(report) : formatReport(report)}\n`);
}
