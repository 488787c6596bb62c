/**
 * Who may import whom: the rules behind `npm run -s house`, read by dependency-cruiser. Imports run one way, from a room to those that
 * are named beside it; everything that is not named is forbidden. What each room holds: docs/architecture.md, "Rooms".
 */

import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser';

/** `src/shared`, top to bottom: a room imports itself and the rooms after it. */
export const sharedRooms = ['tmdb', 'tables', 'queues', 'cost', 'throttle', 'settings', 'telemetry', 'core'];

const stages = ['src/planner', 'src/worker', 'src/writer', 'src/reader'];

/** All rooms, with the other rooms that each may import. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  'src/shared': [],
  'src/demand': ['src/shared'],
  // Stages meet in messages and rows only: none imports another.
  'src/planner': ['src/demand', 'src/shared'],
  'src/worker': ['src/shared'],
  'src/writer': ['src/shared'],
  'src/reader': ['src/shared'],
  // `cost` prices the plan by the planner's own rule.
  'src/operator': ['src/planner', 'src/demand', 'src/shared'],
  // The operator's page: it runs the commands of `src/cli`, which hands them over.
  'src/console': ['src/operator', 'src/reader', 'src/shared'],
  // A TMDB for tests and demos, which could be a package of its own.
  'src/tmdb-simulator': [],
  // Runs the stages as bundles, and so imports none of them.
  'src/local': ['src/tmdb-simulator', 'src/shared'],
  'src/cli': [...stages, 'src/console', 'src/operator', 'src/demand', 'src/local', 'src/tmdb-simulator', 'src/shared'],
  cdk: ['src/local/bundle', 'src/shared'],
};

/** What reaches out of the process: AWS, TMDB, the network. */
const outside =
  '^(@aws-sdk|@smithy|@aws-lambda-powertools)/|^(aws-lambda|axios)$|^(node:)?https?$|node_modules/(@aws-sdk|@smithy|@aws-lambda-powertools|axios)/';

/** Files that may import that: adapters, by their names, and the handlers that wire them. `open-reader.ts` wires the library. */
const adapters = [
  '/(dynamo|sqs|ssm|powertools|cloudformation)-[^/]+\\.ts$',
  '-adapter\\.ts$',
  '/handler\\.ts$',
  '^src/shared/core/proxy-agent\\.ts$',
  '^src/shared/tables/aws-clients\\.ts$',
  '^src/shared/tmdb/tmdb-http\\.ts$',
  '^src/reader/open-reader\\.ts$',
];

const any = (paths: readonly string[]) => `^(${paths.join('|')})/`;

const betweenRooms: IForbiddenRuleType[] = Object.entries(rooms).map(([room, below]) => ({
  name: `${room} imports ${below.length === 0 ? 'no other room' : below.join(', ')}`,
  severity: 'error',
  from: { path: any([room]) },
  to: { path: '^(src|cdk|tests|bench)/', pathNot: any([room, ...below]) },
}));

const insideShared: IForbiddenRuleType[] = sharedRooms.map((room, floor) => ({
  name: `src/shared/${room} imports rooms below it only`,
  severity: 'error',
  from: { path: `^src/shared/${room}/` },
  to: { path: '^src/shared/', pathNot: any(sharedRooms.slice(floor).map((below) => `src/shared/${below}`)) },
}));

/** The rules as dependency-cruiser takes them. */
export const rules: Required<Pick<IConfiguration, 'forbidden' | 'options'>> = {
  forbidden: [
    ...betweenRooms,
    ...insideShared,
    { name: 'no circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'AWS, TMDB and the network are reached through a port',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(local|cli|console|tmdb-simulator)/', ...adapters] },
      to: { path: outside },
    },
    {
      name: 'src/demand reads through ports: no files, no network, nothing of Node',
      severity: 'error',
      from: { path: '^src/demand/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no loose file: everything in src/shared lies in a room',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/shared/[^/]+\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types are imports too: what a file needs to be understood is what counts.
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  },
};
