import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/shared-data.ts';

/** A message as it lay in a queue; the pipeline gives attributes to those that it dead-letters itself. */
export type RecordedMessage = { body: string; attributes?: Record<string, string> };

/** What a release left in tables and queues. */
export type Recording = {
  /** Full hash of the release's commit. */
  commit: string;
  /** When it was stopped, epoch milliseconds. */
  stoppedAtMs: number;
  catalog: Record<string, unknown>[];
  control: Record<string, unknown>[];
  fetchQueue: RecordedMessage[];
  itemQueue: RecordedMessage[];
  fetchDeadLetters: RecordedMessage[];
  itemDeadLetters: RecordedMessage[];
};

/** Where recordings lie, one for each release, named after its commit. */
export const recordingsFolder = join(repositoryRoot, 'tests/fixtures/previous-release');

const parts = ['catalog', 'control', 'fetchQueue', 'itemQueue', 'fetchDeadLetters', 'itemDeadLetters'] as const;

/** All recordings of a folder; by default those of the repository. */
export function readRecordings(folder = recordingsFolder): Recording[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return names.map((name) => readRecording(readFileSync(join(folder, name), 'utf8')));
}

function readRecording(text: string): Recording {
  const [head, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line, readable));
  const recording = { ...head, ...Object.fromEntries(parts.map((part) => [part, []])) };
  for (const { part, value } of lines) {
    recording[part].push(value);
  }
  return recording;
}

/** A recording as lines of JSON: what it is of, then an item or a message a line. */
export function recordingText(recording: Recording): string {
  const { commit, stoppedAtMs } = recording;
  const values = parts.flatMap((part) => recording[part].map((value) => ({ part, value })));
  return [{ commit, stoppedAtMs }, ...values].map((line) => `${JSON.stringify(line, writable)}\n`).join('');
}

/** JSON has no bytes: packed cards are base64. Members are sorted, since emulators give them in any order. */
function writable(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { base64: Buffer.from(value).toString('base64') };
  }
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

function readable(_name: string, value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'base64' in value
    ? new Uint8Array(Buffer.from(String(value.base64), 'base64'))
    : value;
}

/** What tests ask of a message of the pipeline. */
type Body = {
  kind: string;
  jobId: string;
  attempt?: number;
  snapshot?: string;
  feed?: Record<'category' | 'media' | 'region' | 'language', string>;
};

/** The messages, parsed. */
export function bodiesOf(messages: readonly RecordedMessage[]): Body[] {
  return messages.map(({ body }) => JSON.parse(body) as Body);
}
