/** How the page talks to its server: the token that goes along, calls, and the stream of live updates. */
import type { Status } from '../../operator/status/describe-status.ts';
import type { ConsoleCall } from '../console-call.ts';

const tokenHeader = 'x-console-token';
const tokenKey = 'console-token';
/** A connection that is lost is tried again after this time, as a browser's own EventSource does. */
const retryMs = 1_000;

/** Takes the token out of the address bar, where a screenshot or a bookmark would keep it; a reload finds it in this tab. */
export function takeToken(): string {
  const [, given] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (given !== undefined) {
    sessionStorage.setItem(tokenKey, given);
    history.replaceState(null, '', `${location.pathname}${location.search}#/now`);
  }
  return sessionStorage.getItem(tokenKey) ?? '';
}

/** What the server refused, as a sentence. */
export class CallFailure extends Error {}

/** How a command ended, and the command itself. */
export type Ended = { command: string; exitCode: 0 | 1 | 2; document: unknown; notes: string[] };

/** Calls of the server. @throws CallFailure with the reason. */
export async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', [tokenHeader]: takeToken() };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => {
    throw new CallFailure('the console does not answer: it has ended, or this machine is asleep');
  });
  const text = await response.text();
  if (!response.ok) {
    throw new CallFailure(text.startsWith('{') ? (JSON.parse(text) as { why: string }).why : text);
  }
  return JSON.parse(text) as T;
}

/** Runs a command. @throws CallFailure when it could not be run; a command that failed has ended with its exit code. */
export function runCommand(call: ConsoleCall): Promise<Ended> {
  return post<Ended>('/api/command', call);
}

/** What the live stream tells: the latest status, why the latest look failed, and whether there is a connection. */
export type Live = {
  status: Status | undefined;
  trouble: string | undefined;
  connection: 'starting' | 'live' | 'lost' | 'refused';
};

/**
 * Listens while the page is in sight; a connection that is lost is made again, from the last event on. A browser opens six connections to a
 * host at most: seven tabs that all listened would leave none for a call.
 */
export async function listen(tell: (change: Partial<Live>) => void): Promise<void> {
  const last = { id: '0' };
  for (;;) {
    await inSight();
    const outOfSight = new AbortController();
    const onChange = () => document.hidden && outOfSight.abort();
    document.addEventListener('visibilitychange', onChange);
    const isAdmitted = await follow(last, outOfSight.signal, tell);
    document.removeEventListener('visibilitychange', onChange);
    if (!isAdmitted) {
      tell({ connection: 'refused' });
      return;
    }
    if (!outOfSight.signal.aborted) {
      tell({ connection: 'lost' });
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** Tells what one connection brings until it ends, and keeps in `last` which event that was; `false` where the token is refused. */
async function follow(last: { id: string }, signal: AbortSignal, tell: (change: Partial<Live>) => void) {
  try {
    const headers = { [tokenHeader]: takeToken(), 'last-event-id': last.id };
    const response = await fetch('/api/live', { headers, signal });
    if (response.status === 401 || response.body === null) {
      return false;
    }
    tell({ connection: 'live' });
    for await (const event of eventsOf(response.body)) {
      last.id = event.id;
      tell(changeOf(event));
    }
  } catch {
    // A connection that ends early: the caller makes another.
  }
  return true;
}

async function inSight(): Promise<void> {
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
  }
}

type StreamEvent = { id: string; event: string; data: string };

function changeOf({ event, data }: StreamEvent): Partial<Live> {
  const told = JSON.parse(data) as unknown;
  return event === 'status'
    ? { status: told as Status, trouble: undefined }
    : { trouble: (told as { why: string }).why };
}

/** Reads server-sent events from a response: the browser's EventSource sends no headers, and so no token. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  let rest = '';
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.split(': ', 1)[0], line.replace(/^\w+: /, '')]));
      const data = fields.get('data');
      if (data !== undefined) {
        yield { id: fields.get('id') ?? '0', event: fields.get('event') ?? '', data };
      }
    }
  }
}
