/** The next occurrence of a schedule: what it would fetch, and why. */
import { useState } from 'preact/hooks';
import type { ScheduleName } from '../../shared/settings/schedule.ts';
import { runCommand } from './api.ts';
import { Card, CommandLine, Scroll, timeText, useAnswer } from './parts.tsx';

const scheduleNames: readonly ScheduleName[] = ['daily', 'weekly', 'refresh'];

type Plan = {
  occurrence: string;
  jobs: { jobId: string; feed: string; page: number; pages: number; why: string }[];
  titles: { jobId: string; title: string; why: string }[];
  reference: { jobId: string; what: string; why: string }[];
  notes: string[];
  leftOut: string[];
  takes: { calls: number; rows: number; writeUnits: number };
  error?: { message: string };
};

export function PlanView() {
  const [schedule, setSchedule] = useState<ScheduleName>('daily');
  const { answer, failure, again } = useAnswer(schedule, () => runCommand({ do: 'plan', schedule }));
  const plan = answer?.document as Plan | undefined;
  return (
    <>
      <Card heading="Which occurrence">
        <div class="buttons start">
          {scheduleNames.map((name) => (
            <button type="button" key={name} aria-pressed={name === schedule} onClick={() => setSchedule(name)}>
              {name}
            </button>
          ))}
          <button type="button" class="quiet" onClick={again}>
            plan again
          </button>
        </div>
        <p class="hint">A plan sends nothing. What was fetched meanwhile changes it.</p>
        {failure !== undefined && <p class="failure">{failure}</p>}
        {plan?.error !== undefined && <p class="failure">{plan.error.message}</p>}
        {answer !== undefined && <CommandLine command={answer.command} />}
      </Card>
      {plan?.jobs !== undefined && <Planned plan={plan} />}
    </>
  );
}

function Planned({ plan }: { plan: Plan }) {
  const { calls, rows, writeUnits } = plan.takes;
  const jobs = plan.jobs.map(({ jobId, feed, page, pages, why }) => ({
    jobId,
    what: `${feed}, page ${page} of ${pages}`,
    why,
  }));
  const titles = plan.titles.map(({ jobId, title, why }) => ({ jobId, what: title, why }));
  return (
    <>
      <Card heading={`At ${timeText(plan.occurrence)} UTC: ${jobs.length} jobs`}>
        <p>
          It takes {calls} TMDB calls, up to {rows} rows and about {writeUnits} write units.
        </p>
        <Reasons label="jobs" rows={jobs} />
        {[...plan.notes, ...plan.leftOut.map((line) => `left out: ${line}`)].map((line) => (
          <p class="hint" key={line}>
            {line}
          </p>
        ))}
      </Card>
      {titles.length + plan.reference.length > 0 && (
        <Card heading={`${titles.length} whole titles, ${plan.reference.length} of reference data`}>
          <Reasons label="titles" rows={[...titles, ...plan.reference]} />
        </Card>
      )}
    </>
  );
}

function Reasons({ label, rows }: { label: string; rows: { jobId: string; what: string; why: string }[] }) {
  if (rows.length === 0) {
    return <p class="hint">Nothing is due.</p>;
  }
  return (
    <Scroll label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ jobId, what, why }) => (
            <tr key={jobId}>
              <th scope="row">{what}</th>
              <td>{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
