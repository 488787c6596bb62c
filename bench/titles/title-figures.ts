/** Figures and targets of the bench `titles`, from what its subjects did. */
import type { BenchResult, BenchTarget } from '../bench-report.ts';
import { oursName, rawName, type Stored } from './title-subjects.ts';

/** What a subject did in a world. `answerBytes`: the raw answers of its whole titles. */
export type TitleTrial = {
  world: string;
  subject: string;
  titles: number;
  calls: number;
  answerBytes: number;
  tookMs: number;
  cpuMs: number;
  readUnits: number;
  puts: readonly Stored[];
};

/** Of DynamoDB's write units for all rows of a title, beside those of its raw answer. */
const mostShare = 1 / 20;
const mostDetailsUnits = 2;
const bytesOfAReadUnit = 4_096;

export function titleResults({ world, subject, titles, ...trial }: TitleTrial): BenchResult[] {
  const figure = (metric: string, value: number, unit: string) => ({
    subject: `${world}: ${subject}`,
    metric,
    value: Number(value.toFixed(2)),
    unit,
  });
  const kinds = [...Map.groupBy(trial.puts, ({ kind }) => kind)];
  return [
    figure('calls a title', trial.calls / titles, ''),
    figure('write units a title', sumOf(trial.puts, 'writeUnits') / titles, 'WCU'),
    ...(kinds.length > 1
      ? kinds.map(([kind, puts]) => figure(`of these for ${kind} rows`, sumOf(puts, 'writeUnits') / titles, 'WCU'))
      : []),
    figure('read units before writing, a title', trial.readUnits / titles, 'RCU'),
    figure('read units to show a title', unitsToShow(trial.puts, titles), 'RCU'),
    figure('bytes a title', sumOf(trial.puts, 'bytes') / titles, 'bytes'),
    figure('bytes of the answer', trial.answerBytes / titles, 'bytes'),
    figure('time a title', trial.tookMs / titles, 'ms'),
    figure('processor time a title', trial.cpuMs / titles, 'ms'),
  ];
}

/** Of its card in one language and its details, or of all items of its answer; as DynamoDB counts eventually consistent reads. */
function unitsToShow(puts: readonly Stored[], titles: number): number {
  const units = (kind: string) =>
    puts.filter((put) => put.kind === kind).map(({ bytes }) => Math.ceil(bytes / bytesOfAReadUnit) / 2);
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
  const cards = units('card');
  return sum(units('answer')) / titles + sum(units('details')) / titles + sum(cards) / Math.max(1, cards.length);
}

/** `simulated` answers are a fifth as large as TMDB's, so that world has no share to keep. */
export function titleTargets(trials: readonly TitleTrial[]): BenchTarget[] {
  return trials
    .filter(({ subject }) => subject === oursName)
    .flatMap((ours) => {
      const { world, titles } = ours;
      const raw = trials.find((other) => other.world === world && other.subject === rawName);
      const calls = ours.calls / titles;
      const details = unitsOfDetails(ours);
      return [
        target(`${world}: calls a title`, calls, 'is 1', calls === 1),
        target(
          `${world}: write units for the details of a title, the most`,
          details,
          `at most ${mostDetailsUnits}`,
          details <= mostDetailsUnits,
        ),
        ...(raw === undefined || world === 'simulated' ? [] : [shareTarget(world, ours, raw)]),
      ];
    });
}

function shareTarget(world: string, ours: TitleTrial, raw: TitleTrial): BenchTarget {
  const share = sumOf(ours.puts, 'writeUnits') / sumOf(raw.puts, 'writeUnits');
  return target(`${world}: write units beside the raw answer's`, share, `at most ${mostShare}`, share <= mostShare);
}

function unitsOfDetails({ puts }: TitleTrial): number {
  const details = puts.filter(({ kind }) => kind === 'details').map(({ writeUnits }) => writeUnits);
  return Math.max(0, ...details);
}

function target(name: string, value: number, wanted: string, met: boolean): BenchTarget {
  return { name, value: Number(value.toFixed(3)), target: wanted, met };
}

function sumOf(puts: readonly Stored[], member: 'bytes' | 'writeUnits'): number {
  return puts.reduce((sum, put) => sum + put[member], 0);
}
