import { createHash } from 'node:crypto';
import { type AwsScriptServer, startAwsScriptServer } from './aws-script-server.ts';

/** Why a queue refuses an entry, as SendMessageBatch answers it. */
export type Refusal = { code: string; senderFault: boolean };

/** A queue that refuses entries by script and keeps the bodies it took. */
export type RefusingQueue = {
  readonly url: string;
  readonly endpoint: string;
  /** Bodies taken, in order. */
  readonly taken: readonly string[];
  /** Bodies of each batch call, in order. */
  batches(): string[][];
  stop(): Promise<void>;
};

type Entry = { Id: string; MessageBody: string };

/** `refuse` is asked about each body with the number of times it was offered before. */
export async function startRefusingQueue(
  refuse: (body: string, offeredBefore: number) => Refusal | undefined,
): Promise<RefusingQueue> {
  const taken: string[] = [];
  const offers = new Map<string, number>();
  const server: AwsScriptServer = await startAwsScriptServer(({ input }) => {
    const successful: Record<string, string>[] = [];
    const failed: Record<string, unknown>[] = [];
    for (const { Id, MessageBody } of input.Entries as Entry[]) {
      const before = offers.get(MessageBody) ?? 0;
      offers.set(MessageBody, before + 1);
      const refusal = refuse(MessageBody, before);
      if (refusal === undefined) {
        taken.push(MessageBody);
        const digest = createHash('md5').update(MessageBody).digest('hex');
        successful.push({ Id, MessageId: `m-${taken.length}`, MD5OfMessageBody: digest });
      } else {
        failed.push({ Id, Code: refusal.code, SenderFault: refusal.senderFault, Message: 'by script' });
      }
    }
    // In the wild, answers carry no order of their own.
    return { Successful: successful.reverse(), Failed: failed.reverse() };
  });
  return {
    url: `${server.endpoint}/000000000000/tmdb-fetch`,
    endpoint: server.endpoint,
    taken,
    batches: () => server.calls.map(({ input }) => (input.Entries as Entry[]).map(({ MessageBody }) => MessageBody)),
    stop: server.stop,
  };
}
