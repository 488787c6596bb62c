/** Asking before an act, and telling how it ended. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ConsoleCall } from '../console-call.ts';
import { CallFailure, type Ended, post, runCommand } from './api.ts';
import { type Act, CommandLine, useAnswer } from './parts.tsx';

/** How far an act is: a person has been shown what it would do before it can be done. */
type Asked = { step: 'looking' | 'asking' | 'acting' | 'done'; ended?: Ended; failure?: string };

type DialogProps = {
  act: Act;
  /** Called when the act has ended, well or not, also after the dialog was closed meanwhile. */
  onActed: () => void;
  onClose: () => void;
};

/** Asks before an act, with a preview and the command, and then tells how it ended. Escape and Cancel change nothing. */
export function ActDialog({ act, onActed, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const headingId = useId();
  const [why, setWhy] = useState('');
  const [asked, setAsked] = useState<Asked>({ step: act.preview === undefined ? 'asking' : 'looking' });
  const run = async (call: ConsoleCall, step: Asked['step']) => {
    try {
      setAsked({ step, ended: await runCommand(call) });
    } catch (error) {
      setAsked({ step: 'done', failure: error instanceof CallFailure ? error.message : String(error) });
    }
    if (step === 'done') {
      onActed();
    }
  };
  useEffect(() => {
    dialog.current?.showModal();
    if (act.preview !== undefined) {
      void run(act.preview, 'asking');
    }
  }, []);
  const { step, ended } = asked;
  const isOver = step === 'done' || (ended !== undefined && ended.exitCode !== 0);
  const onAct = (event: Event) => {
    event.preventDefault();
    setAsked({ step: 'acting' });
    void run(act.takesWhy === undefined ? act.call : act.takesWhy(why.trim()), 'done');
  };
  return (
    <dialog ref={dialog} aria-labelledby={headingId} onClose={onClose}>
      <h2 id={headingId}>{act.heading}</h2>
      <form onSubmit={onAct}>
        {act.warning !== undefined && step !== 'done' && <p class="warning">{act.warning}</p>}
        {act.takesWhy !== undefined && step === 'asking' && <Why why={why} setWhy={setWhy} callOf={act.takesWhy} />}
        <Told asked={asked} />
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            {isOver ? 'Close' : 'Cancel'}
          </button>
          {!isOver && (
            <button type="submit" class="act" disabled={step !== 'asking'}>
              {act.verb}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

/** What is known so far; screen readers hear it when it changes. */
function Told({ asked: { step, ended, failure } }: { asked: Asked }) {
  return (
    <div aria-live="polite">
      {step === 'looking' && <p>looking what would be done</p>}
      {step === 'acting' && <p>at work: this can take a while, and goes on when this page is closed</p>}
      {failure !== undefined && <p class="failure">{failure}</p>}
      {ended !== undefined && <Outcome ended={ended} isPreview={step === 'asking'} />}
    </div>
  );
}

type WhyProps = { why: string; setWhy: (why: string) => void; callOf: (why: string) => ConsoleCall };

/** Whoever changes the breaker says why, for whoever looks at it next. */
function Why({ why, setWhy, callOf }: WhyProps) {
  const said = why.trim() === '' ? 'why' : why.trim();
  // The command before the last key stays until the next is known: the buttons below it would jump.
  const { last } = useAnswer(said, () => post<{ command: string }>('/api/words', callOf(said)));
  return (
    <>
      <label class="field">
        <span class="name">Why</span>
        <input
          required
          maxLength={200}
          pattern="\s*[^\-\s].*"
          value={why}
          onInput={(event) => setWhy(event.currentTarget.value)}
        />
        <span class="hint">a few words for whoever looks at it next</span>
      </label>
      {last !== undefined && <CommandLine command={last.command} />}
    </>
  );
}

/** How a command ended: its error, or its document in a few lines. */
function Outcome({ ended, isPreview }: { ended: Ended; isPreview: boolean }) {
  const { document, exitCode, notes, command } = ended;
  const { error } = (document ?? {}) as { error?: { message: string } };
  return (
    <>
      {exitCode === 0 ? (
        <p class={isPreview ? '' : 'success'}>{sentenceOf(document, isPreview)}</p>
      ) : (
        <p class="failure">{error?.message ?? notes.at(-1) ?? 'it failed'}</p>
      )}
      {exitCode === 0 && <Jobs document={document} />}
      <CommandLine command={isPreview ? command.replace(' --dry-run', '') : command} />
    </>
  );
}

type ActDocument = {
  replayed?: number;
  deleted?: number;
  left?: number;
  jobs?: { feed: string; page: number; pages: number }[];
  notes?: string[];
  state?: string;
};

function sentenceOf(document: unknown, isPreview: boolean): string {
  const { replayed, deleted, left, jobs, state } = (document ?? {}) as ActDocument;
  const would = isPreview ? 'would be ' : '';
  if (jobs !== undefined) {
    return `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} ${would}sent`;
  }
  if (state !== undefined) {
    return `the breaker is ${state}`;
  }
  const done = replayed === undefined ? `${deleted ?? 0} ${would}deleted` : `${replayed} ${would}replayed`;
  return `${done}, ${left ?? 0} left where they are`;
}

function Jobs({ document }: { document: unknown }) {
  const { jobs = [], notes = [] } = (document ?? {}) as ActDocument;
  const shown = jobs.slice(0, 12);
  return (
    <>
      {shown.length > 0 && (
        <ul class="jobs">
          {shown.map(({ feed, page, pages }) => (
            <li key={`${feed} ${page}`}>
              {feed}, page {page} of {pages}
            </li>
          ))}
          {jobs.length > shown.length && <li>and {jobs.length - shown.length} more</li>}
        </ul>
      )}
      {notes.map((note) => (
        <p class="hint" key={note}>
          {note}
        </p>
      ))}
    </>
  );
}
