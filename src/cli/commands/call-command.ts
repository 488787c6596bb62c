import type { Command } from 'commander';
import { callMethods, callReader, type ReaderAnswer, type ReaderCall } from '../../operator/reader-call-adapter.ts';
import { PermanentError, UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { namingFailures } from '../aws-call-failure.ts';
import { type CliContext, IncompleteRunError } from '../cli-context.ts';
import { acting, examples, withQueuePlace } from '../command-shape.ts';
import { type QueuePlaceOptions, withStackPlace } from '../stack-place.ts';

type CallOptions = QueuePlaceOptions & { method: string };

/** Beside the reader's own time-out: a cold start is not part of it. */
const coldStartMs = 10_000;
/** Headers that say where an answer comes from and how long it may be kept. */
const shownHeaders = ['content-type', 'cache-status', 'cache-control', 'age', 'retry-after'];

/** `call`. */
export function addCallCommand(program: Command): void {
  withQueuePlace(program.command('call'))
    .argument('<path>', 'what is asked, such as /v1/lists/popular/movie?limit=5')
    .description('asks the reader over HTTP; on AWS the request is signed')
    .option('--method <method>', callMethods.join(', '), 'GET')
    .addHelpText('after', examples('call /v1/health', "call '/v1/lists/popular/movie?limit=5' --stack aws"))
    .action(acting(callCommand));
}

/** `call`: one request of the reader's URL, its status, headers and body; exit code 1 for a status of 400 and more. */
async function callCommand(options: CallOptions, context: CliContext, path: string): Promise<void> {
  const { settings, clock, output } = context;
  const call = { method: parseMethod(options.method), path };
  const nothing = 'there is no reader to call: start the stack with `local`, or take --stack aws';
  const answer = await withStackPlace(
    options,
    context,
    async ({ kind, reader }) => {
      if (reader === undefined) {
        throw kind === 'aws' ? withoutUrl(settings.deployment.stackName) : new UsageError(nothing);
      }
      const timeoutMs = settings.reader.timeoutSeconds * 1_000 + coldStartMs;
      const endpoint = kind === 'aws' ? undefined : reader;
      return namingFailures('the reader', endpoint, () => callReader(reader, call, kind === 'aws', timeoutMs, clock));
    },
    'look',
    nothing,
  );
  const document = { status: answer.status, headers: answer.headers, body: parsedBody(answer) };
  if (answer.status >= 400) {
    throw new IncompleteRunError('call_refused', refusal(call, answer.status, document.body), document, textOf(answer));
  }
  output.result(document, textOf(answer));
}

function parseMethod(text: string): ReaderCall['method'] {
  const method = callMethods.find((known) => known === text.toUpperCase());
  if (method === undefined) {
    throw new UsageError(`unknown method '${shown(text)}': allowed are ${callMethods.join(', ')}`);
  }
  return method;
}

function withoutUrl(stackName: string): PermanentError {
  return new PermanentError(
    'no_reader_url',
    `the stack '${stackName}' has no output ReaderUrl: deploy it with deployment.reader.url 'iam' in the settings`,
  );
}

/** JSON as a document, anything else as the text that it is; `null` for none. */
function parsedBody({ body }: ReaderAnswer): unknown {
  try {
    return body === '' ? null : JSON.parse(body);
  } catch {
    return body;
  }
}

function textOf(answer: ReaderAnswer): string {
  const headers = shownHeaders.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  const parsed = parsedBody(answer);
  const body = typeof parsed === 'string' ? parsed : JSON.stringify(parsed, null, 2);
  return [`status: ${answer.status}`, ...headers, ...(parsed === null ? [] : ['', body])].join('\n');
}

/** What to do, where the answer does not say it itself. */
const whatToDo: Readonly<Record<number, string>> = {
  403: "; these credentials need lambda:InvokeFunctionUrl and lambda:InvokeFunction on the reader, its region, and this machine's right time",
  429: '; too many calls are under way: try again in a second',
  502: "; the function has failed: see the reader's log",
};

function refusal({ method, path }: ReaderCall, status: number, body: unknown): string {
  const { detail, message, Message } = Object(body) as Record<string, unknown>;
  const words = [detail, message, Message].find((one) => typeof one === 'string');
  const said = words === undefined ? '' : `: ${words}`;
  return `${method} ${shown(path)} was answered with ${status}${said}${whatToDo[status] ?? ''}`;
}
