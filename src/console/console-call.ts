/** What the page may ask of the server: each call is one command of the command line, which is shown beside its result. */
import * as z from 'zod';
import { shellWord } from '../shared/core/shell-word.ts';
import { scheduleNames } from '../shared/settings/schedule.ts';

/** One word of a command: no line breaks, and nothing that could be read as another option. */
const word = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}-][^\p{Cc}]*$/u);
const optional = word.optional();
const queue = z.enum(['fetch', 'items']);
/** Which dead letters: those that match, such as `messageId=…` for one, or all. */
const choice = { queue, match: z.array(word).max(20).default([]), dryRun: z.boolean() };

const callSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('replay'), ...choice }),
  z.strictObject({ do: z.literal('delete'), ...choice }),
  z.strictObject({
    do: z.literal('enqueue'),
    category: word,
    media: word,
    region: optional,
    language: optional,
    pages: optional,
    force: z.boolean(),
    dryRun: z.boolean(),
  }),
  z.strictObject({ do: z.literal('breaker'), action: z.enum(['open', 'close', 'reset']), why: word }),
  z.strictObject({ do: z.literal('plan'), schedule: z.enum(scheduleNames) }),
  z.strictObject({ do: z.literal('report'), since: word }),
  z.strictObject({
    do: z.literal('list'),
    category: word,
    media: word,
    region: optional,
    language: optional,
    limit: optional,
  }),
]);

/** A call of the page. */
export type ConsoleCall = z.infer<typeof callSchema>;

/** Parses a call; `undefined` for what is none. */
export function parseCall(json: unknown): ConsoleCall | undefined {
  return callSchema.safeParse(json).data;
}

/** The words of the command that a call is. Values of options are joined to their names: none can be read as an option itself. */
export function argumentsOf(call: ConsoleCall): string[] {
  switch (call.do) {
    case 'replay':
    case 'delete':
      return ['dlq', call.do, call.queue, ...choiceOptions(call)];
    case 'enqueue':
      return ['enqueue', ...feedOptions(call), ...flag('force', call.force), ...flag('dry-run', call.dryRun)];
    case 'breaker':
      return ['breaker', call.action, `--why=${call.why}`];
    case 'plan':
      return ['plan', call.schedule];
    case 'report':
      return ['report', `--since=${call.since}`];
    case 'list': {
      const { category, media, ...others } = call;
      return ['read', 'list', category, media, ...feedOptions(others)];
    }
  }
}

/** `--all` is what deleting needs where nothing else is said; replaying has no such word. */
function choiceOptions(call: Extract<ConsoleCall, { do: 'replay' | 'delete' }>): string[] {
  const whole = call.do === 'delete' && call.match.length === 0;
  return [...call.match.map((text) => `--match=${text}`), ...flag('all', whole), ...flag('dry-run', call.dryRun)];
}

const feedNames = ['category', 'media', 'region', 'language', 'pages', 'limit'] as const;

function feedOptions(given: Partial<Record<(typeof feedNames)[number], string | undefined>>): string[] {
  return feedNames.flatMap((name) => (given[name] === undefined ? [] : [`--${name}=${given[name]}`]));
}

function flag(name: string, isSet: boolean): string[] {
  return isSet ? [`--${name}`] : [];
}

/** A command as a person types it into a shell. */
export function commandText(words: readonly string[]): string {
  return ['npx', 'tmdb-pipeline', ...words].map(shellWord).join(' ');
}
