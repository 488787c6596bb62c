import { rowsPerPage } from '../queues/item-page.ts';
import { perJob } from './month-cost.ts';

/** What jobs are expected to take of TMDB and of the catalog table. */
export type PlanTakes = {
  /** Each job is one call; what fails is called again. */
  calls: number;
  /** At most: a row for each page and one for each of its titles. A title that stands in several lists is one row. */
  rows: number;
  /** Of the catalog and its index, from the second day on; an empty table takes about three quarters of it. */
  writeUnits: number;
};

/** What so many jobs take. */
export function takesOf(jobs: number): PlanTakes {
  return { calls: jobs, rows: jobs * (1 + rowsPerPage), writeUnits: jobs * perJob.catalogWriteUnits };
}
