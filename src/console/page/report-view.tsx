/** The report's figures and charts over a period. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Report } from '../../operator/report/build-report.ts';
import { post } from './api.ts';
import { Card, CommandLine, Facts, useAnswer } from './parts.tsx';

const periods = ['24h', '7d', '30d'] as const;

type Chart = { name: string; markup: string };
type Answer = { command: string; exitCode: number; document: unknown; charts: Chart[] };

export function ReportView() {
  const [since, setSince] = useState<(typeof periods)[number]>('7d');
  const { answer, failure, again } = useAnswer(since, () => post<Answer>('/api/report', { since }));
  const report = answer?.exitCode === 0 ? (answer.document as Report) : undefined;
  const told = (answer?.document as { error?: { message: string } } | undefined)?.error?.message;
  return (
    <>
      <Card heading="Period">
        <div class="buttons start">
          {periods.map((name) => (
            <button type="button" key={name} aria-pressed={name === since} onClick={() => setSince(name)}>
              {name}
            </button>
          ))}
          <button type="button" class="quiet" onClick={again}>
            count again
          </button>
        </div>
        {(failure ?? told) !== undefined && <p class="failure">{failure ?? told}</p>}
        {answer !== undefined && <CommandLine command={answer.command} />}
      </Card>
      {report !== undefined && <Figures report={report} />}
      {answer?.charts.map((chart) => (
        <Card key={chart.name} heading={chart.name}>
          <ChartImage chart={chart} />
        </Card>
      ))}
      {report !== undefined && <MostRead report={report} />}
    </>
  );
}

function Figures({ report }: { report: Report }) {
  const { reads, pipeline, cost, freshness } = report;
  const share = (value: number | null) => (value === null ? '–' : `${(100 * value).toFixed(1)}%`);
  return (
    <Card heading={`${report.period.hours} hours`}>
      <Facts
        facts={[
          ['Reads', String(reads.all.reads), `${reads.feeds.reads} of feeds, ${reads.titles.reads} of titles`],
          ['Hit ratio', share(reads.all.hitRatio), `${reads.all.misses} misses`],
          ['Stale share', share(reads.all.staleShare), `${reads.all.stale} stale answers`],
          ['TMDB calls', String(pipeline.calls), `${pipeline.throttles + pipeline.failures} throttled or failed`],
          ['Rows written', String(pipeline.rowsWritten), `${pipeline.rowsUnchanged} unchanged`],
          ['Feeds now', String(freshness.total), `${freshness.stale} stale, ${freshness.expired} expired`],
          ['Writing cost', `$${cost.writingUsd.toFixed(4)}`, 'measured, list prices'],
        ]}
      />
    </Card>
  );
}

/** A chart that the server has drawn, of figures and dates only. A document that is only parsed runs nothing. */
function ChartImage({ chart }: { chart: Chart }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { body } = new DOMParser().parseFromString(chart.markup, 'text/html');
    place.current?.replaceChildren(...body.childNodes);
  }, [chart.markup]);
  return <div ref={place} />;
}

function MostRead({ report }: { report: Report }) {
  const { feeds, titles } = report.mostRead;
  const rows = [
    ...feeds.map(({ feed, reads }) => ({ name: feed, reads })),
    ...titles.map(({ mediaType, id, title, reads }) => ({ name: title ?? `${mediaType} ${id}`, reads })),
  ];
  return (
    <Card heading="Most read">
      {rows.length === 0 ? (
        <p class="hint">Nothing was read in this period.</p>
      ) : (
        <ol>
          {rows.map(({ name, reads }) => (
            <li key={name}>
              <bdi>{name}</bdi>: {reads}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
