/** Who plays in a title and who makes it. Of the hundreds whom TMDB names, an application shows a few. */
import * as z from 'zod';
import {
  type DetailKind,
  distinct,
  idOf,
  idSchema,
  phraseOf,
  type Row,
  rowsOf,
  wholeNumberOf,
  wordOf,
} from './detail-kinds.ts';

/** A person in front of the camera. `character`: of several roles in a series, the one with the most episodes. */
export type CastMember = { id: number; name: string; character: string | null; profilePath: string | null };

/** A person behind the camera, with TMDB's word for the job. */
export type CrewMember = { id: number; name: string; job: string };

/** Jobs that an application shows, in this order. TMDB names creators of series apart from the crew. */
const shownJobs = [
  'Creator',
  'Director',
  'Co-Director',
  'Screenplay',
  'Writer',
  'Story',
  'Novel',
  'Original Music Composer',
];
const mostCast = 10;
const mostCrew = 8;
/** Of one job: a series has dozens of directors. */
const mostOfJob = 3;
const last = Number.MAX_SAFE_INTEGER;

const nullableText = z.string().min(1).max(120).nullable();
const textJson = { type: ['string', 'null'] };

export const castMembers: DetailKind<CastMember[]> = {
  read: (members) =>
    distinct(
      members
        .flatMap(rowsOf)
        .sort((a, b) => episodesOf(b) - episodesOf(a) || orderOf(a) - orderOf(b))
        .flatMap(castMemberOf),
    ).slice(0, mostCast),
  nothing: () => [],
  message: z
    .array(
      z.object({ id: idSchema, name: z.string().min(1).max(120), character: nullableText, profilePath: nullableText }),
    )
    .max(mostCast),
  json: {
    type: 'array',
    items: {
      type: 'object',
      required: ['id', 'name', 'character', 'profilePath'],
      properties: { id: { type: 'integer' }, name: { type: 'string' }, character: textJson, profilePath: textJson },
    },
  },
  bound: `The first ${mostCast} persons with an id and a name, in a series those with the most episodes; each once, with up to 120 characters a text.`,
};

export const crewMembers: DetailKind<CrewMember[]> = {
  read: (members) => {
    const all = members
      .flatMap(rowsOf)
      .sort((a, b) => episodesOf(b) - episodesOf(a))
      .flatMap(crewMembersOf);
    const jobs = shownJobs.flatMap((job) => distinct(all.filter((one) => one.job === job)).slice(0, mostOfJob));
    return jobs.slice(0, mostCrew);
  },
  nothing: () => [],
  message: z.array(z.object({ id: idSchema, name: z.string().min(1).max(120), job: z.enum(shownJobs) })).max(mostCrew),
  json: {
    type: 'array',
    items: {
      type: 'object',
      required: ['id', 'name', 'job'],
      properties: { id: { type: 'integer' }, name: { type: 'string' }, job: { type: 'string', enum: shownJobs } },
    },
  },
  bound: `The first ${mostCrew} by job (${shownJobs.join(', ')}), ${mostOfJob} of each; in a series those with the most episodes. Anything else is dropped.`,
};

function castMemberOf(row: Row): CastMember[] {
  const [id, name] = [idOf(row.id), phraseOf(row.name, 120)];
  const [role] = rowsOf(row.roles).sort((a, b) => countOf(b.episode_count) - countOf(a.episode_count));
  const character = phraseOf(row.character, 120) ?? phraseOf(role?.character, 120);
  return id === null || name === null ? [] : [{ id, name, character, profilePath: wordOf(row.profile_path, 120) }];
}

/** One entry a job: a person of a series has several in one row. A creator's row has none. */
function crewMembersOf(row: Row): CrewMember[] {
  const [id, name] = [idOf(row.id), phraseOf(row.name, 120)];
  const isCreator = row.job === undefined && row.jobs === undefined;
  const jobs = isCreator ? ['Creator'] : [row.job, ...rowsOf(row.jobs).map(({ job }) => job)];
  return id === null || name === null
    ? []
    : shownJobs.filter((job) => jobs.includes(job)).map((job) => ({ id, name, job }));
}

/** Films do not say it, and stay in TMDB's order. */
function episodesOf(row: Row): number {
  return countOf(row.total_episode_count);
}

function orderOf(row: Row): number {
  return wholeNumberOf(row.order) ?? last;
}

function countOf(raw: unknown): number {
  return wholeNumberOf(raw) ?? 0;
}
