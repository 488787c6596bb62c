/** A list of any length: only the rows in sight are in the page, and pages of them are loaded when they come into sight. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const rowPixels = 44;
/** So many are in sight. */
const mostRows = 10;
/** Rows above and below those in sight. */
const spare = 10;

type ListProps<T> = {
  label: string;
  total: number;
  pageRows: number;
  /** Which list it is. The component is made anew for another one, by the same `key`. */
  listKey: string;
  load: (offset: number) => Promise<T[]>;
  show: (row: T) => ComponentChildren;
  /** Told which row is chosen, or that it is not there yet: what was chosen before is not meant any more. */
  onChosen: (row: T | undefined) => void;
};

/** A list box: arrows, Page Up and Down, Home and End choose, and the row that is chosen is told. */
export function VirtualList<T>({ label, total, pageRows, listKey, load, show, onChosen }: ListProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [chosen, setChosen] = useState(-1);
  const height = Math.min(Math.max(total, 1), mostRows) * rowPixels;
  const first = Math.max(0, Math.floor(top / rowPixels) - spare);
  const last = Math.min(total, Math.ceil((top + height) / rowPixels) + spare);
  const rowAt = useLoadedRows({ first, last, pageRows, listKey, load });
  const choose = (index: number) => {
    setChosen(index);
    keepInSight(box.current, index);
  };
  const row = rowAt(chosen);
  useEffect(() => onChosen(row), [row]);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = movedTo(event.key, chosen, total);
    if (to !== undefined) {
      event.preventDefault();
      choose(to);
    }
  };
  return (
    <div
      ref={box}
      class="virtual"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={chosen >= first && chosen < last ? `row-${chosen}` : undefined}
      style={{ height: `${height}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: `${first * rowPixels}px` }} />
      {Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n).map((index) => (
        <Row key={index} index={index} total={total} isChosen={index === chosen} onClick={() => choose(index)}>
          {shown(rowAt(index), show)}
        </Row>
      ))}
      <div role="presentation" style={{ height: `${(total - last) * rowPixels}px` }} />
    </div>
  );
}

function shown<T>(row: T | undefined, show: (row: T) => ComponentChildren): ComponentChildren {
  return row === undefined ? <span class="hint">loading</span> : show(row);
}

type RowProps = { index: number; total: number; isChosen: boolean; onClick: () => void; children: ComponentChildren };

function Row({ index, total, isChosen, onClick, children }: RowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box around it takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus, and names the row by aria-activedescendant
    <div
      id={`row-${index}`}
      class="virtual-row"
      role="option"
      aria-selected={isChosen}
      aria-setsize={total}
      aria-posinset={index + 1}
      onClick={onClick}
    >
      {children}
    </div>
  );
}

/** Loads the pages of rows that are in sight; `undefined` for a row that is not there yet. */
function useLoadedRows<T>(
  asked: { first: number; last: number } & Pick<ListProps<T>, 'pageRows' | 'listKey' | 'load'>,
): (index: number) => T | undefined {
  const { first, last, pageRows, listKey, load } = asked;
  const pages = useRef(new Map<number, T[] | 'loading'>());
  const [, redraw] = useState(0);
  useEffect(() => {
    const loading = pages.current;
    const take = async (page: number) => {
      loading.set(page, 'loading');
      try {
        loading.set(page, await load(page * pageRows));
      } catch {
        // Asked for again when it comes into sight again.
        loading.delete(page);
      }
      redraw((count) => count + 1);
    };
    for (let page = Math.floor(first / pageRows); page * pageRows < last; page += 1) {
      if (!loading.has(page)) {
        void take(page);
      }
    }
  }, [first, last, listKey]);
  return (index) => {
    if (index < 0) {
      return undefined;
    }
    const rows = pages.current.get(Math.floor(index / pageRows));
    return rows === undefined || rows === 'loading' ? undefined : rows[index % pageRows];
  };
}

/** Where a key leads to from `chosen`; `undefined` for other keys. */
function movedTo(key: string, chosen: number, total: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  const step = steps[key];
  const to = key === 'Home' ? 0 : key === 'End' ? total - 1 : step === undefined ? undefined : chosen + step;
  return to === undefined || total === 0 ? undefined : Math.max(0, Math.min(to, total - 1));
}

function keepInSight(box: HTMLElement | null, index: number): void {
  if (box === null) {
    return;
  }
  const [above, below] = [index * rowPixels, (index + 1) * rowPixels - box.clientHeight];
  box.scrollTop = Math.max(Math.min(box.scrollTop, above), below);
}
