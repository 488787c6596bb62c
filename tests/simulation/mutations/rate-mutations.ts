import type { Mutation } from '../campaign/mutation-hook.ts';

const rule = 'shared/throttle/rate-rule.ts';
const schedule = 'shared/throttle/rate-schedule.ts';
const gate = 'shared/throttle/call-gate.ts';

/** Known bugs of the throttle: of its rule, of its slots, and of the gate. */
export const rateMutations: readonly Mutation[] = [
  {
    name: 'noise is not learnt',
    file: rule,
    find: 'isBelow || before.ceiling === 0 ? withNoise(counted, refused) : counted;',
    replace: 'isBelow && before.ceiling < 0 ? withNoise(counted, refused) : counted;',
    why: 'refusals at random would be taken for the limit, again and again',
  },
  {
    name: 'a ceiling is not disproved',
    file: rule,
    find: 'return isNoise ? ',
    replace: 'return isNoise && learnt.ceiling < 0 ? ',
    why: 'a ceiling that was noise would hold for minutes',
  },
  {
    name: 'the rate does not rise after a hold',
    file: rule,
    find: 'const rise = risingSeconds * probePerSecond',
    replace: 'const rise = 0 * risingSeconds * probePerSecond',
    why: 'a limit of a minute would hold for ever',
  },
  {
    name: 'the hold is not doubled',
    file: rule,
    find: 'Math.min(longestHoldMs, 2 * learnt.holdMs)',
    replace: 'Math.min(longestHoldMs, learnt.holdMs)',
    why: 'a limit that stays would be met every few seconds',
  },
  {
    name: 'refusals are counted twice',
    file: 'shared/throttle/rate-schedule-store.ts',
    find: 'shared.note(answer);',
    replace: "shared.note(answer);\n      if (answer.outcome === 'refused') shared.note({ ...answer });",
    why: 'one refusal would be as much evidence as two',
  },
  {
    name: 'no alarm is raised',
    file: rule,
    find: 'if (score > alarmScore) {',
    replace: 'if (score > 1_000 * alarmScore) {',
    why: 'TMDB would refuse everything above its limit, for as long as it is low',
  },
  {
    name: 'what was sent before an alarm is evidence',
    file: rule,
    find: 'slotMs >= alarmAtMs - beforeAlarmMs',
    replace: 'slotMs >= alarmAtMs',
    why: 'the refusals behind one alarm would raise the next ones, each with a lower ceiling',
  },
  {
    name: 'slots of before an alarm are used',
    file: gate,
    find: 'state.alarmAtMs !== slot.alarmAtMs || slot.atMs < state.pausedUntilMs',
    replace: 'slot.atMs < state.pausedUntilMs',
    why: 'calls would go on at the old rate, beside those of the new one',
  },
  {
    name: 'slots may be late without bound',
    file: schedule,
    find: 'Math.max(limits.slotToleranceMs, Math.min(mostLateMs, spareMs))',
    replace: 'Math.max(limits.slotToleranceMs, 60_000 + 0 * spareMs)',
    why: 'calls that waited for connections would come together',
  },
  {
    name: 'what was read is never read again',
    file: gate,
    find: 'clock.monotonicMs() - last.atMs <= sharedMs',
    replace: 'clock.monotonicMs() - last.atMs <= 1_000 * sharedMs',
    why: 'a batch would call on through a pause and an open breaker',
  },
  {
    name: 'each container has all connections',
    file: 'shared/settings/settings.ts',
    find: 'return Math.floor((tmdb.connections - reader.live.connections) / worker.maximumConcurrency);',
    replace: 'return tmdb.connections + 0 * reader.live.connections * worker.maximumConcurrency;',
    why: 'TMDB would be met by twenty connections of each worker',
  },
  {
    name: 'connections are not waited for',
    file: 'shared/throttle/connections.ts',
    find: 'if (opened < most) {',
    replace: 'if (opened < 1_000 * most) {',
    why: 'slow answers would pile up connections',
  },
  {
    name: 'a call that has ended keeps its connection',
    file: 'worker/fetch-item.ts',
    find: 'await callTmdb(job, attempt, deps).finally(entry.leave);',
    replace: 'await callTmdb(job, attempt, deps);',
    why: 'a batch would stand still after its first calls',
  },
  {
    name: 'throttles are told to nobody',
    file: 'shared/tmdb/report-outcome.ts',
    find: 'await schedule.answered(answer);',
    replace: 'void schedule;',
    why: 'Retry-After would bind only the call that got it',
  },
  {
    name: 'a pause is not asked for',
    file: gate,
    find: 'state.alarmAtMs !== slot.alarmAtMs || slot.atMs < state.pausedUntilMs',
    replace: 'state.alarmAtMs !== slot.alarmAtMs',
    why: 'slots that were taken before a throttle would be used in its pause',
  },
  {
    name: 'slots are not waited for',
    file: gate,
    find: 'const dueMs = clock.monotonicMs() + (slot.atMs - clock.nowMs());',
    replace: 'const dueMs = clock.monotonicMs() + 0 * slot.atMs;',
    why: 'a batch would call as soon as its slots are taken',
  },
  {
    name: 'a slot is used twice',
    file: 'shared/throttle/slot-pool.ts',
    find: 'const slot = slots[index];',
    replace: 'const slot = slots[0 * index];',
    why: 'all calls of a batch would begin at once',
  },
  {
    name: 'the slots of a batch begin at once',
    file: schedule,
    find: 'atMs: fromMs + index * stepMs,',
    replace: 'atMs: fromMs + (index * stepMs) / 4,',
    why: 'a batch would call four times as fast as the rate',
  },
];
