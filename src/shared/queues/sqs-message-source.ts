import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { messageOf } from '../core/errors.ts';
import type { MessageSource, ReceivedMessage, Unreleased } from './message-source.ts';

/** SQS returns at most ten messages for a call. Source: SQS quotas, November 2026. */
const messagesPerCall = 10;
/** With a wait SQS queries all of its servers. Without one, a queue that holds messages may look empty. */
const receiveWaitSeconds = 1;

/** The SQS queue at `queueUrl`. The time-out of `client` must allow for `receiveWaitSeconds`. */
export function sqsMessageSource(client: SQSClient, queueUrl: string): MessageSource {
  return {
    receive: async (holdSeconds) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: messagesPerCall,
          WaitTimeSeconds: receiveWaitSeconds,
          VisibilityTimeout: holdSeconds,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      return Messages.map(({ MessageId, ReceiptHandle, Body, MessageAttributes = {}, Attributes = {} }) => ({
        messageId: MessageId ?? ReceiptHandle ?? '',
        receiptHandle: ReceiptHandle ?? '',
        body: Body ?? '',
        // Binary attributes are dropped: the pipeline sets none, and a replay sends attributes as strings.
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
            StringValue === undefined || StringValue === '' ? [] : [[name, StringValue]],
          ),
        ),
        sentAtMs: Number(Attributes.SentTimestamp ?? 0) || 0,
      }));
    },
    remove: async ({ receiptHandle }) => {
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
    },
    release: async (messages) => {
      const unreleased: Unreleased[] = [];
      for (let start = 0; start < messages.length; start += messagesPerCall) {
        unreleased.push(...(await releaseAll(client, queueUrl, messages.slice(start, start + messagesPerCall))));
      }
      return unreleased;
    },
  };
}

/** Releases up to ten messages, and tries once more for those that SQS could not release. */
async function releaseAll(
  client: SQSClient,
  queueUrl: string,
  messages: readonly ReceivedMessage[],
): Promise<Unreleased[]> {
  const failed = await releaseOnce(client, queueUrl, messages);
  const open = messages.filter(({ messageId }) => failed.some((failure) => failure.messageId === messageId));
  return open.length === 0 ? [] : releaseOnce(client, queueUrl, open);
}

async function releaseOnce(
  client: SQSClient,
  queueUrl: string,
  messages: readonly ReceivedMessage[],
): Promise<Unreleased[]> {
  try {
    const { Failed = [] } = await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
    return Failed.filter((failure) => !isFreeAlready(failure)).map(({ Id, Code, Message }) => ({
      messageId: messages[Number(Id)]?.messageId ?? '',
      why: [Code, Message].filter((part) => part !== undefined && part !== '').join(': '),
    }));
  } catch (error) {
    const why = messageOf(error);
    return messages.map(({ messageId }) => ({ messageId, why }));
  }
}

/** The visibility timeout has ended, or the message was deleted: nothing is left to release. Source: SQS API reference, November 2026. */
function isFreeAlready({ Code = '', Message = '' }: BatchResultErrorEntry): boolean {
  return /MessageNotInflight|ReceiptHandleIsInvalid/.test(Code) || /not available for visibility timeout/.test(Message);
}
