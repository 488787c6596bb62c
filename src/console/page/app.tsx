/** The console in the browser: which view is shown, and what is live. */
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { tmdbNotice } from '../../shared/tmdb/attribution.ts';
import { ActDialog } from './act-dialog.tsx';
import { type Live, listen, post, takeToken } from './api.ts';
import { FeedsView } from './feeds-view.tsx';
import { JobsView } from './jobs-view.tsx';
import { LettersView } from './letters-view.tsx';
import { ListsView } from './lists-view.tsx';
import { NowView } from './now-view.tsx';
import type { Act } from './parts.tsx';
import { PlanView } from './plan-view.tsx';
import { ReportView } from './report-view.tsx';

const views = {
  now: { name: 'Now', View: NowView },
  feeds: { name: 'Feeds', View: FeedsView },
  letters: { name: 'Dead letters', View: LettersView },
  jobs: { name: 'Fetch', View: JobsView },
  plan: { name: 'Plan', View: PlanView },
  report: { name: 'Report', View: ReportView },
  lists: { name: 'Lists', View: ListsView },
};

type ViewName = keyof typeof views;

/** `#/letters?queue=items` → the view and its query. */
function placeOf(hash: string): { name: ViewName; query: URLSearchParams } {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { name: Object.hasOwn(views, path) ? (path as ViewName) : 'now', query: new URLSearchParams(query) };
}

function App() {
  const [live, setLive] = useState<Live>({ status: undefined, trouble: undefined, connection: 'starting' });
  const [place, setPlace] = useState(() => placeOf(location.hash));
  const [act, setAct] = useState<Act | undefined>();
  const [acted, setActed] = useState(0);
  const [stack, setStack] = useState('');
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    addEventListener('hashchange', () => {
      // The address of a console that was started again on the same port: everything begins anew with its token.
      if (location.hash.startsWith('#token=')) {
        location.reload();
      }
      setPlace(placeOf(location.hash));
    });
    void listen((change) => setLive((last) => ({ ...last, ...change })));
    post<{ stack: string }>('/api/about', {}).then(
      (about) => setStack(about.stack),
      () => undefined,
    );
  }, []);
  const ask = (next: Act) => {
    opener.current = document.activeElement;
    setAct(next);
  };
  const close = () => {
    setAct(undefined);
    // What was acted on may be gone, and the button with it.
    const back = opener.current?.isConnected ? opener.current : document.getElementById('main');
    (back as HTMLElement | null)?.focus();
  };
  const { View, name } = views[place.name];
  useEffect(() => {
    document.title = `${name} - TMDB pipeline console`;
  }, [name]);
  return (
    <>
      <Header live={live} stack={stack} current={place.name} />
      <main id="main" tabIndex={-1}>
        <h1 class="view-name">{name}</h1>
        {live.connection === 'refused' ? (
          <Refused />
        ) : (
          <View key={place.name} live={live} query={place.query} ask={ask} acted={acted} />
        )}
      </main>
      <footer>{tmdbNotice}</footer>
      {act !== undefined && <ActDialog act={act} onActed={() => setActed((count) => count + 1)} onClose={close} />}
    </>
  );
}

function Header({ live, stack, current }: { live: Live; stack: string; current: ViewName }) {
  return (
    <header>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        skip to the content
      </button>
      <div class="bar">
        <p class="product">
          TMDB pipeline <span class="stack">{stack}</span>
        </p>
        <Health live={live} />
      </div>
      <nav aria-label="views">
        <ul>
          {Object.entries(views).map(([key, { name }]) => (
            <li key={key}>
              <a href={`#/${key}`} aria-current={key === current ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** One line that says how things are; screen readers hear it when it changes. */
function Health({ live }: { live: Live }) {
  const { tone, text } = healthOf(live);
  return (
    <p class={`health tone-${tone}`} role="status">
      <span class="dot" aria-hidden="true" /> <span class="health-text">{text}</span>
    </p>
  );
}

function healthOf({ connection, trouble, status }: Live): { tone: string; text: string } {
  if (connection === 'lost' || connection === 'refused') {
    return { tone: 'expired', text: connection === 'lost' ? 'connection lost, trying again' : 'not admitted' };
  }
  if (trouble !== undefined) {
    return { tone: 'expired', text: 'the stack cannot be looked at' };
  }
  if (status === undefined) {
    return { tone: 'stale', text: 'looking' };
  }
  const count = status.troubles.length;
  return count === 0
    ? { tone: 'fresh', text: 'nothing is wrong' }
    : { tone: 'expired', text: count === 1 ? 'one thing is wrong' : `${count} things are wrong` };
}

function Refused() {
  return (
    <section class="card">
      <p class="failure">This page is not admitted.</p>
      <p>
        Open the address that the command <code>console</code> printed: it holds a token, which is another one after
        each start and is kept by one tab.
      </p>
    </section>
  );
}

takeToken();
const root = document.getElementById('app');
if (root !== null) {
  root.textContent = '';
  render(<App />, root);
}
