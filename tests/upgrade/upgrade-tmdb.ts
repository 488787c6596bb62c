import { type ListAnswer, type ListServer, startListServer } from '../support/list-server.ts';
import { movieRow, seriesRow, statusBody } from '../support/tmdb-rows.ts';

/** A TMDB with lists of two titles, and every title; it can go away. */
export type UpgradeTmdb = ListServer & { goAway(): void };

/** Two titles of a list are enough, and keep a recording small. */
const rowsPerPage = 2;

/** What some regions get in place of a list: the one for France is refused, Italy has none. */
const regionalAnswers = new Map<string, ListAnswer>([
  ['FR', { status: 422, body: statusBody(22) }],
  ['IT', { status: 404, body: statusBody(34) }],
]);

/** Starts one on loopback. `healed`: France and Italy have lists like all others. */
export async function startUpgradeTmdb({ healed = false } = {}): Promise<UpgradeTmdb> {
  let away = false;
  const server = await startListServer(
    ({ path, query }) => {
      if (path !== '/authentication' && away) {
        return { status: 503, body: statusBody(9) };
      }
      return (healed ? undefined : regionalAnswers.get(query.region ?? '')) ?? titleAnswer(path);
    },
    (rows) => rows.slice(0, rowsPerPage),
  );
  return {
    ...server,
    goAway: () => {
      away = true;
    },
  };
}

function titleAnswer(path: string): ListAnswer | undefined {
  const [, media, id] = /^\/(movie|tv)\/(\d+)$/.exec(path) ?? [];
  const row = media === 'movie' ? movieRow : seriesRow;
  return id === undefined ? undefined : { status: 200, body: row({ id: Number(id), genres: [] }) };
}
