import type { Command } from 'commander';
import { monthPlan, type PlanKind } from '../../operator/cost/month-plan.ts';
import { planRun, type RunPlan } from '../../planner/plan-run.ts';
import type { TitleFigures } from '../../planner/plan-titles.ts';
import { isoFromMs } from '../../shared/core/clock.ts';
import { feedId } from '../../shared/core/feed.ts';
import { type PlanTakes, takesOf } from '../../shared/cost/month-cost.ts';
import { titleName } from '../../shared/queues/plan-request.ts';
import { nextOccurrenceMs } from '../../shared/settings/schedule.ts';
import type { Settings } from '../../shared/settings/settings-schema.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { table, title } from '../format-text.ts';
import type { Tables } from '../open-tables.ts';
import { parseSchedule } from '../parse-input.ts';
import { hasStackPlace, type PlaceOptions, withTables } from '../stack-place.ts';

type PlanTables = Pick<Tables, 'catalog' | 'heads'> & Partial<Pick<Tables, 'history'>>;

/** `plan`. */
export function addPlanCommand(program: Command): void {
  withPlace(program.command('plan'))
    .argument('<schedule>', 'daily, weekly or refresh')
    .description('the jobs of the next occurrence, and why each; sends nothing')
    .addHelpText('after', examples('plan daily', 'plan refresh --stack aws'))
    .action(acting(planCommand));
}

/** `plan <schedule>`: the jobs of the next occurrence, and why each; sends nothing. */
async function planCommand(options: PlaceOptions, context: CliContext, scheduleText: string): Promise<void> {
  const schedule = parseSchedule(scheduleText);
  const { clock, settings, output } = context;
  const occurrence = isoFromMs(nextOccurrenceMs(schedule, clock.nowMs(), settings.schedules));
  const plan = ({ catalog, heads, history }: PlanTables) =>
    planRun({ kind: 'schedule', version: 1, schedule, occurrence }, { catalog, heads, history, clock, settings });
  const { jobs, titles, titlePlan, reference, notes, leftOut, runId } = hasStackPlace(options, context)
    ? await withTables(options, context, plan, 'look')
    : await plan(emptyTables);
  const document = {
    schedule,
    occurrence,
    runId,
    jobs: jobs.map(({ jobId, feed, page, pages, why }) => ({ jobId, feed: feedId(feed), page, pages, why })),
    titles: titles.map(({ jobId, mediaType, id, why }) => ({ jobId, title: titleName({ mediaType, id }), why })),
    titlePlan: titlePlan ?? null,
    reference: reference.map(({ jobId, what, why }) => ({ jobId, what, why })),
    notes,
    leftOut,
    takes: takesOf(jobs.length),
    month: takesOf(Math.max(...mayRun(settings).map((kind) => monthPlan(settings, kind).jobs))),
  };
  output.result(document, formatPlan(document, settings));
}

/** The plans that may run in a month: the base plan until reads are counted, then the one that follows demand. */
function mayRun({ planner }: Settings): PlanKind[] {
  return planner.adaptive.enabled ? ['base', 'demand'] : ['base'];
}

/** What a plan finds before anything has run: nothing. */
const emptyTables: PlanTables = {
  catalog: {
    listPages: async () => [],
    readTitles: async () => new Map(),
    readCardsAndDetails: async () => new Map(),
    readDetails: async () => new Map(),
    readExternalId: async () => undefined,
    readReference: async () => ({}),
  },
  heads: {
    read: async () => ({ heads: new Map(), readUnits: 0 }),
    list: async () => [],
    replace: async () => ({ replaced: false, writeUnits: 0 }),
  },
};

/** `takes` and `month` are of lists, so that a line tells what comes on top of them. */
function callsBeside(titles: number, reference: number, { details }: Settings): string {
  return `on top of that, whole titles take ${titles} TMDB calls now and at most ${details.callsPerDay} in 24 hours, reference data ${reference} now`;
}

function formatPlan(
  plan: {
    schedule: string;
    occurrence: string;
    jobs: { feed: string; page: number; pages: number; why: string }[];
    titles: { title: string; why: string }[];
    titlePlan: TitleFigures | null;
    reference: { what: string; why: string }[];
    notes: RunPlan['notes'];
    leftOut: RunPlan['leftOut'];
    takes: PlanTakes;
    month: PlanTakes;
  },
  settings: Settings,
): string {
  const rows = plan.jobs.map(({ feed, page, pages, why }) => [feed, `${page}/${pages}`, why]);
  return [
    title(`${plan.schedule}, next at ${plan.occurrence}: ${plan.jobs.length} jobs`),
    ...(rows.length > 0 ? [table(['feed', 'page', 'why'], rows)] : []),
    ...titleLines(plan.titles, plan.titlePlan),
    ...plan.reference.map(({ what, why }) => `reference data: ${what} (${why})`),
    ...plan.notes.map((note) => `note: ${note}`),
    ...plan.leftOut.map((line) => `left out: ${line}`),
    `takes ${inWords(plan.takes)}`,
    `a month of all schedules takes at most ${inWords(plan.month)}`,
    ...(plan.titlePlan === null ? [] : [callsBeside(plan.titles.length, plan.reference.length, settings)]),
  ].join('\n');
}

function titleLines(titles: { title: string; why: string }[], figures: TitleFigures | null): string[] {
  if (figures === null) {
    return [];
  }
  const { candidates, looked, kept, due, calls, callsOfDay, readUnits, changes, leftOut } = figures;
  const sums = [
    `whole titles: ${titles.length} of ${due} that are due`,
    `${kept} of ${candidates} have details (${looked} looked up, about ${Math.ceil(readUnits)} read units)`,
    `${calls} calls to spend, ${callsOfDay} planned within 24 hours`,
    ...(changes === undefined ? [] : [`TMDB's lists of changes: ${changes.calls} calls, ${changes.callsSaved} saved`]),
  ];
  return [
    title(sums.join('; ')),
    ...(titles.length > 0
      ? [
          table(
            ['title', 'why'],
            titles.map((one) => [one.title, one.why]),
          ),
        ]
      : []),
    ...leftOut.map((line) => `left out: ${line}`),
  ];
}

function inWords({ calls, rows, writeUnits }: PlanTakes): string {
  return `${calls} TMDB calls, up to ${rows} rows, about ${writeUnits} write units`;
}
