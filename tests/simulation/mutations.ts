import type { Mutation } from './campaign/mutation-hook.ts';

/** Known bugs, one line of the code under test each. Every one must break a law within a few seeds. */
export const mutations: readonly Mutation[] = [
  {
    name: 'older rows replace newer ones',
    file: 'writer/decide-rows.ts',
    find: 'present === undefined || present.version < row.version',
    replace: 'true',
    why: 'within a batch the last message to arrive would win',
  },
];
