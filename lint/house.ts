/**
 * `npm run -s house`: holds the imports of `src` and `cdk` against the rules of rooms.ts, and prints the figures that the layout aims at.
 * `-- --write` draws the picture of the rooms in docs/architecture.md anew, and writes what derived-docs.ts derives from the code, and takes out of the lock what lock-engines.ts finds misleading. Exit code 1
 * when a rule or a figure is broken, or when one of these is not that of the code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IModule } from 'dependency-cruiser';
import { derivedDocs } from './derived-docs.ts';
import { lockWithoutEngines } from './lock-engines.ts';
import { rooms, rules, sharedRooms } from './rooms.ts';

/** The longest walk through imports, one importer in how many files, and the longest file. */
const limits = { chainFiles: 18, singleImporterShare: 0.25, fileLines: 250 };

const repository = fileURLToPath(new URL('..', import.meta.url));
const page = `${repository}docs/architecture.md`;
const [begin, end] = ['<!-- rooms: drawn by `npm run -s house -- --write` -->', '<!-- /rooms -->'];

/** A file of the house: what it imports, who imports it, its lines. */
type File = { path: string; imports: string[]; importers: string[]; lines: number };

async function filesAndViolations(): Promise<{ files: Map<string, File>; violations: string[] }> {
  process.chdir(repository);
  const { options, forbidden } = rules;
  const { output } = await cruise(['src', 'cdk'], { ...options, ruleSet: { forbidden }, validate: true });
  const { modules, summary } = output as ICruiseResult;
  const own = new Set(modules.map(({ source }) => source).filter((path) => /^(src|cdk)\//.test(path)));
  const files = modules.filter(({ source }) => own.has(source)).map((module) => fileOf(module, own));
  return {
    files: new Map(files.map((file) => [file.path, file])),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}

function fileOf({ source, dependencies, dependents }: IModule, own: ReadonlySet<string>): File {
  return {
    path: source,
    imports: dependencies.map(({ resolved }) => resolved).filter((path) => own.has(path)),
    importers: dependents ?? [],
    lines: readFileSync(source, 'utf8').split('\n').length - 1,
  };
}

/** The longest walk from importer to imported, as the files on it. */
function longestChain(files: ReadonlyMap<string, File>): string[] {
  const known = new Map<string, string[]>();
  const from = (path: string): string[] => {
    const seen = known.get(path);
    if (seen !== undefined) {
      return seen;
    }
    const below = (files.get(path)?.imports ?? []).map(from);
    const chain = [path, ...below.reduce((best, one) => (one.length > best.length ? one : best), [])];
    known.set(path, chain);
    return chain;
  };
  return [...files.keys()].map(from).reduce((best, one) => (one.length > best.length ? one : best), []);
}

function roomOf(path: string): string {
  return Object.keys(rooms).find((room) => path.startsWith(`${room}/`)) ?? path;
}

/** The rooms and who imports whom, as a Mermaid diagram. */
function drawRooms(files: ReadonlyMap<string, File>): string {
  const id = (room: string) => room.replace('src/', '').replaceAll(/[^a-z]/g, '');
  const arrows = new Set(
    [...files.values()].flatMap(({ path, imports }) =>
      imports
        .map((imported) => [roomOf(path), roomOf(imported)] as const)
        .filter(([from, to]) => from !== to)
        .map(([from, to]) => `  ${id(from)} --> ${id(to)}`),
    ),
  );
  const inner = sharedRooms.map((room) => `    shared_${room}["${room}"]`);
  const walls = Object.keys(rooms)
    .filter((room) => room !== 'src/shared')
    .map((room) => `  ${id(room)}["${room}"]`);
  return [
    '```mermaid',
    'flowchart TD',
    ...walls,
    '  subgraph shared["src/shared: imports run downwards"]',
    ...inner,
    `    ${sharedRooms.map((room) => `shared_${room}`).join(' --> ')}`,
    '  end',
    ...[...arrows].sort(),
    '```',
  ].join('\n');
}

/** The page with the picture in its place. */
function withPicture(text: string, picture: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  return from < 0 || to < 0 ? text : `${text.slice(0, from)}${begin}\n${picture}\n${text.slice(to)}`;
}

/** The share of files that one other file imports. */
function shareOfSingles(files: readonly File[]): number {
  return files.filter(({ importers }) => importers.length === 1).length / files.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function figures(files: ReadonlyMap<string, File>): { lines: string[]; broken: string[] } {
  const all = [...files.values()].filter(({ path }) => path.startsWith('src/'));
  // A command and a view of the console have one importer by their nature: the list of them.
  const listed = /^src\/(cli\/commands\/|console\/page\/.*-view\.tsx$)/;
  const shareable = all.filter(({ path }) => !listed.test(path));
  const single = shareOfSingles(shareable);
  const chain = longestChain(files);
  const long = all.filter(({ lines }) => lines > limits.fileLines).map(({ path, lines }) => `${path} (${lines})`);
  const byRoom = [...Map.groupBy(all, ({ path }) => roomOf(path))].map(
    ([room, own]) => `${room}: ${own.length} files, ${own.reduce((sum, { lines }) => sum + lines, 0)} lines`,
  );
  return {
    lines: [
      ...byRoom,
      `files: ${all.length}, ${all.reduce((sum, { lines }) => sum + lines, 0)} lines`,
      `imported by a single file: ${percent(shareOfSingles(all))}, commands and views apart ${percent(single)} (at most ${percent(limits.singleImporterShare)})`,
      `longest chain of imports: ${chain.length} files (at most ${limits.chainFiles}): ${chain.join(' > ')}`,
      `over ${limits.fileLines} lines: ${long.length === 0 ? 'none' : long.join(', ')}`,
    ],
    broken: [
      ...(single > limits.singleImporterShare ? ['too many files have a single importer'] : []),
      ...(chain.length > limits.chainFiles ? ['the longest chain of imports is too long'] : []),
      ...(long.length > 0 ? [`too long: ${long.join(', ')}`] : []),
    ],
  };
}

const { files, violations } = await filesAndViolations();
const { lines, broken } = figures(files);
const text = readFileSync(page, 'utf8');
const drawn = withPicture(text, drawRooms(files));
const docs = [
  { path: 'docs/architecture.md', isCurrent: drawn === text, write: () => writeFileSync(page, drawn) },
  ...derivedDocs(repository),
  lockWithoutEngines(repository),
];
for (const { path, isCurrent, write } of docs) {
  if (isCurrent) {
    continue;
  }
  if (process.argv.includes('--write')) {
    write();
    console.log(`wrote what ${path} has of the code`);
  } else {
    broken.push(`${path} is not what the code gives: npm run -s house -- --write`);
  }
}
console.log(lines.join('\n'));
for (const problem of [...violations, ...broken]) {
  console.error(`broken: ${problem}`);
}
process.exitCode = violations.length + broken.length > 0 ? 1 : 0;
