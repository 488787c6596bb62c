/** What `doctor` finds, check by check. Judges are pure: they get facts that adapters have gathered. */

/** `warn` is worth knowing and stops nothing; `wrong` means that something does not work, or soon will not. */
export type CheckState = 'ok' | 'warn' | 'wrong';

/** What one check found: one sentence and, unless all is well, what mends it, a command wherever one does. */
export type Finding = { check: string; state: CheckState; says: string; mend?: string };

/** What was looked at; or why it could not be: `code` is the stable word for it, `permission` the IAM action that the credentials lack. */
export type Looked<T> = { value: T } | { unseen: string; code?: string; permission?: string };

/** What a judge says of one check. */
type Judgement = Omit<Finding, 'check'>;

/** Nothing to mend. */
export function ok(says: string): Judgement {
  return { state: 'ok', says };
}

/** Worth knowing. */
export function warn(says: string, mend: string): Judgement {
  return { state: 'warn', says, mend };
}

/** Does not work. */
export function wrong(says: string, mend: string): Judgement {
  return { state: 'wrong', says, mend };
}

/** The finding of a check. What could not be looked at is a warning: it may be well, and the other checks go on. */
export function finding<T>(check: string, looked: Looked<T>, judge: (value: T) => Judgement): Finding {
  if ('value' in looked) {
    return { check, ...judge(looked.value) };
  }
  const { unseen, permission } = looked;
  return permission === undefined
    ? { check, ...warn(`not looked at: ${unseen}`, 'run `doctor` again, and check the network where that repeats') }
    : {
        check,
        ...warn(
          `not looked at: the credentials lack the permission ${permission}`,
          `allow ${permission} in the policy of your user or role, or set AWS_PROFILE to one that has it`,
        ),
      };
}

/** The worst state among findings. */
export function worstOf(findings: readonly Finding[]): CheckState {
  return (['wrong', 'warn'] as const).find((state) => findings.some((one) => one.state === state)) ?? 'ok';
}
