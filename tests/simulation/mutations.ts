import type { Mutation } from './campaign/source-copy.ts';
import { callMutations } from './mutations/call-mutations.ts';
import { httpMutations } from './mutations/http-mutations.ts';
import { rateMutations } from './mutations/rate-mutations.ts';
import { readerMutations } from './mutations/reader-mutations.ts';
import { tableMutations } from './mutations/table-mutations.ts';

/** Known bugs, one place of the code under test each. Every one must break an invariant within a few seeds. */
export const mutations: readonly Mutation[] = [
  ...tableMutations,
  ...callMutations,
  ...httpMutations,
  ...readerMutations,
  ...rateMutations,
];
