import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { MessageSource } from '../ports/message-source.ts';

/** SQS hands out ten messages at a time. Source: SQS quotas, November 2026. */
const messagesPerCall = 10;
/** A wait makes SQS ask all of its servers; without one a queue that is not empty may look so. */
export const receiveWaitSeconds = 1;

/** The SQS queue at `queueUrl`. The client must bear answers that take `receiveWaitSeconds`. */
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
        messageId: MessageId ?? '',
        receiptHandle: ReceiptHandle ?? '',
        body: Body ?? '',
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']),
        ),
        sentAtMs: Number(Attributes.SentTimestamp ?? 0),
      }));
    },
    remove: async ({ receiptHandle }) => {
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
    },
    release: async (messages) => {
      for (let start = 0; start < messages.length; start += messagesPerCall) {
        const entries = messages.slice(start, start + messagesPerCall);
        await client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: entries.map(({ receiptHandle }, index) => ({
              Id: String(index),
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: 0,
            })),
          }),
        );
      }
    },
  };
}
