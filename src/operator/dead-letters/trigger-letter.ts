/**
 * Triggers of the planner among the dead letters of the fetch queue. AWS puts them there itself, each service in its own form:
 *
 *   EventBridge Scheduler, the event bus   the trigger reached nobody: the body is what was to be delivered, the attributes say why
 *   Lambda                                 the planner failed on every attempt: the body is a record of the invocation, and says why
 *
 * Sources: "Configuring a dead-letter queue" of EventBridge and of EventBridge Scheduler, and "Capturing records of Lambda asynchronous
 * invocations"; as read in November 2026.
 */
import * as z from 'zod';
import {
  type AdHocEvent,
  plannerEventSchema,
  type ScheduledRequest,
  titleName,
} from '../../shared/queues/plan-request.ts';

/** Why a trigger is a dead letter: nobody received it, or the planner failed on it. */
export const triggerReasons = ['undelivered', 'planner-failed'] as const;

/** A trigger that planned nothing. */
export type TriggerLetter = {
  /** One of `triggerReasons`; empty if the message does not say. */
  reason: string;
  code: string;
  detail: string;
  /** What it asked for, such as `daily 2026-11-24T08:00:00Z`; `a trigger` where that cannot be read. */
  subject: string;
  /** What the planner takes; `undefined` if it takes no such event. */
  event: ScheduledRequest | AdHocEvent | undefined;
};

const text = z.string().catch('');
/** The record of an invocation that Lambda sends to the destination for failures. */
const invocationSchema = z.object({
  requestContext: z.object({ condition: z.string(), functionArn: z.string() }),
  requestPayload: z.unknown(),
  responsePayload: z.object({ errorType: text, errorMessage: text }).catch({ errorType: '', errorMessage: '' }),
});
/** Attributes of what the scheduler or the bus could not deliver. */
const deliverySchema = z
  .object({
    ERROR_CODE: z.string(),
    ERROR_MESSAGE: text,
    RULE_ARN: z.string().optional(),
    SCHEDULE_ARN: z.string().optional(),
  })
  .refine(({ RULE_ARN, SCHEDULE_ARN }) => RULE_ARN !== undefined || SCHEDULE_ARN !== undefined);
/** The scheduler may tell the whole call that it made, of which the payload is the trigger. */
const callSchema = z.object({ Payload: z.string() });

/** Reads a dead letter as a trigger; `undefined` if it is none. */
export function readTrigger(
  json: Readonly<Record<string, unknown>>,
  attributes: Readonly<Record<string, string>>,
): TriggerLetter | undefined {
  const invocation = invocationSchema.safeParse(json).data;
  if (invocation !== undefined) {
    const { requestContext, requestPayload, responsePayload } = invocation;
    const code = responsePayload.errorType || requestContext.condition;
    return { reason: 'planner-failed', code, detail: responsePayload.errorMessage, ...asked(requestPayload) };
  }
  const delivery = deliverySchema.safeParse(attributes).data;
  if (delivery !== undefined) {
    const { ERROR_CODE: code, ERROR_MESSAGE: detail } = delivery;
    return { reason: 'undelivered', code, detail, ...asked(payloadOf(json)) };
  }
  // Moved by hand: the attributes are lost, but the trigger is known by its body.
  const told = asked(json);
  return told.event && { reason: '', code: '', detail: '', ...told };
}

function payloadOf(json: Readonly<Record<string, unknown>>): unknown {
  const call = callSchema.safeParse(json).data;
  try {
    return call === undefined ? json : JSON.parse(call.Payload);
  } catch {
    return undefined;
  }
}

function asked(trigger: unknown): Pick<TriggerLetter, 'event' | 'subject'> {
  const event = plannerEventSchema.safeParse(trigger).data;
  if (event === undefined) {
    return { event, subject: 'a trigger' };
  }
  const subject = 'kind' in event ? `${event.schedule} ${event.occurrence}` : `ad hoc ${askedAdHoc(event)}`;
  return { event, subject };
}

/** A subject names no more titles. */
const titlesNamed = 3;

function askedAdHoc({ detail }: AdHocEvent): string {
  if (!('titles' in detail)) {
    return `${detail.category} ${detail.media.join(',')}`;
  }
  const more = detail.titles.length - titlesNamed;
  return `${detail.titles.slice(0, titlesNamed).map(titleName).join(',')}${more > 0 ? ` and ${more} more` : ''}`;
}
