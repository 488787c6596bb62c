/** Ad-hoc jobs: a form, a dry run as the command line makes it, and the sending. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Act, Card, type ViewProps } from './parts.tsx';

const usual = ['popular', 'trending', 'hidden_gems', 'award_winning', 'local_originals', 'genre_18'];
const medias = ['movie', 'tv', 'all'] as const;

type Asked = { category: string; media: string[]; region: string; language: string; pages: string; force: boolean };

export function JobsView({ live, query, ask }: ViewProps) {
  const [asked, setAsked] = useState<Asked>(() => ({
    category: query.get('category') ?? 'popular',
    media: [query.get('media') ?? 'movie'].filter((one) => one !== ''),
    region: (query.get('region') ?? '').replace('global', ''),
    language: query.get('language') ?? '',
    pages: query.get('pages') ?? '1',
    force: false,
  }));
  const change = (part: Partial<Asked>) => setAsked((last) => ({ ...last, ...part }));
  // Custom feeds are known by what was fetched; any other category can be typed.
  const known = live.status?.feeds.map(({ feed }) => feed.split('/', 1)[0] ?? '') ?? [];
  const categories = [...new Set([...usual, ...known])].sort();
  return (
    <Card heading="Fetch lists now">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(fetchAct(asked));
        }}
      >
        <Field label="Category" hint="of the list, or a name of your own such as genre_27, keyword_9715 or custom_…">
          <input
            required
            list="categories"
            value={asked.category}
            onInput={(event) => change({ category: event.currentTarget.value })}
          />
        </Field>
        <datalist id="categories">
          {categories.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <fieldset>
          <legend>Media</legend>
          {medias.map((name) => (
            <label class="choice" key={name}>
              <input
                type="checkbox"
                checked={asked.media.includes(name)}
                onChange={() => change({ media: toggled(asked.media, name) })}
              />{' '}
              {name}
            </label>
          ))}
        </fieldset>
        <Field label="Regions" hint="countries such as DE,FR; nothing is global">
          <input value={asked.region} onInput={(event) => change({ region: event.currentTarget.value })} />
        </Field>
        <Field label="Languages" hint="such as de-DE,fr-FR; nothing is each region's own">
          <input value={asked.language} onInput={(event) => change({ language: event.currentTarget.value })} />
        </Field>
        <Field label="Pages" hint="of each list, 1 to 500">
          <input
            type="number"
            min="1"
            max="500"
            required
            value={asked.pages}
            onInput={(event) => change({ pages: event.currentTarget.value })}
          />
        </Field>
        <label class="choice">
          <input type="checkbox" checked={asked.force} onChange={() => change({ force: !asked.force })} /> also what is
          in flight already
        </label>
        <div class="buttons start">
          <button type="submit">Show what would be sent</button>
        </div>
      </form>
    </Card>
  );
}

function Field({ label, hint, children }: { label: string; hint: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="field">
      <span class="name">{label}</span>
      {children}
      <span class="hint">{hint}</span>
    </label>
  );
}

function toggled(all: readonly string[], one: string): string[] {
  return all.includes(one) ? all.filter((name) => name !== one) : [...all, one];
}

function fetchAct({ category, media, region, language, pages, force }: Asked): Act {
  const given = (text: string) => (text.trim() === '' ? undefined : text.trim());
  const call = {
    do: 'enqueue' as const,
    category: category.trim(),
    media: media.join(','),
    pages,
    force,
    ...(given(region) !== undefined && { region: given(region) }),
    ...(given(language) !== undefined && { language: given(language) }),
  };
  return {
    heading: 'Send these jobs?',
    verb: 'Send',
    call: { ...call, dryRun: false },
    preview: { ...call, dryRun: true },
  };
}
