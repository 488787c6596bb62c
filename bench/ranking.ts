/**
 * How well the score of a recommendation finds what people went on to like, beside simpler rankings, offline on MovieLens; and a
 * small search for better weights. MovieLens knows no languages, regions or hours: of seven parts it can show four.
 */
import { seededRandom } from '../tests/support/seeded-random.ts';
import { type BenchReport, type BenchResult, type BenchTarget, benchEnvironment } from './bench-report.ts';
import type { RankingCase } from './ranking/cases.ts';
import { caseRules } from './ranking/cases.ts';
import { coverage, intervalBeyond, type Measured, meanOf, measure, pickCount } from './ranking/measures.ts';
import { movieLensFolder, readMovieLens } from './ranking/movielens.ts';
import { poolRules } from './ranking/pools.ts';
import { allRecommenders, ours, popularityOnly, recommendBy, votesOnly, withoutVariety } from './ranking/rankings.ts';
import { allDesigns, type Design, firstShare, lateShare, splitStep } from './ranking/splits.ts';
import { asGood, bestOn, firstRanking, type Half, ofHalf, tryAll, wordsOf } from './ranking/weight-search.ts';

/** A design with what each ranking is worth in it. */
type Compared = Design & { measured: Record<string, readonly Measured[]> };

const asAtFirst = `weights at first (${wordsOf(firstRanking)})`;
const percent = (share: number) => Math.round(100 * share);

/** Runs the comparison; without the data it says so and has no results. */
export async function benchRanking(): Promise<BenchReport> {
  const data = readMovieLens();
  const report = { bench: 'ranking', environment: benchEnvironment({ data: 'MovieLens ml-latest-small, 2018-09' }) };
  if (data === undefined) {
    const method = `skipped: ${movieLensFolder} beside the repository has no ratings.csv, links.csv and movies.csv`;
    return { ...report, method, results: [], targets: [] };
  }
  const compared = allDesigns(data).map(compare);
  return {
    ...report,
    method: methodInWords(),
    results: [...compared.flatMap(resultsOf), ...searchResults(compared)],
    targets: compared.flatMap(targetsOf),
  };
}

function compare(design: Design): Compared {
  const recommenders = { ...allRecommenders(), [asAtFirst]: recommendBy(firstRanking) };
  const measured = Object.entries(recommenders).map(([subject, recommend]) => [
    subject,
    design.cases.map((one) => measure(one, recommend(one))),
  ]);
  return { ...design, measured: Object.fromEntries(measured) };
}

function resultsOf({ name, cases, measured }: Compared): BenchResult[] {
  const draw = seededRandom(2).next;
  const beyond = [popularityOnly, asAtFirst].flatMap((other) => {
    const { low, high } = intervalBeyond(of(measured, ours), of(measured, other), 'recall', draw);
    const subject = `${name}: ${ours} beyond ${other}`;
    return [
      { subject, metric: `recall@${pickCount}, low end of 95 %`, value: low, unit: '' },
      { subject, metric: `recall@${pickCount}, high end of 95 %`, value: high, unit: '' },
    ];
  });
  return [
    ...sizesOf(name, cases),
    ...Object.entries(measured).flatMap(([subject, all]) => [
      ...accuracyOf(`${name}: ${subject}`, all),
      { subject: `${name}: ${subject}`, metric: 'diversity', value: meanOf(all, 'diversity'), unit: '' },
      { subject: `${name}: ${subject}`, metric: 'coverage', value: percent(coverage(cases, all)), unit: '%' },
    ]),
    ...beyond,
  ];
}

function sizesOf(name: string, cases: readonly RankingCase[]): BenchResult[] {
  const sum = (of: (one: RankingCase) => number) => cases.reduce((total, one) => total + of(one), 0);
  const candidates = cases.length === 0 ? 0 : Math.round(sum((one) => one.candidates.length) / cases.length);
  return [
    { subject: name, metric: 'viewers', value: new Set(cases.map(({ user }) => user)).size, unit: '' },
    { subject: name, metric: 'cases', value: cases.length, unit: '' },
    { subject: name, metric: 'targets', value: sum(({ targets }) => targets.size), unit: '' },
    { subject: name, metric: 'candidates for a case, mean', value: candidates, unit: '' },
  ];
}

function accuracyOf(subject: string, measured: readonly Measured[]): BenchResult[] {
  return [
    { subject, metric: `recall@${pickCount}`, value: meanOf(measured, 'recall'), unit: '' },
    { subject, metric: `nDCG@${pickCount}`, value: meanOf(measured, 'ndcg'), unit: '' },
  ];
}

/** The one split has too few viewers to choose by. */
function searchResults(compared: readonly Compared[]): BenchResult[] {
  const designs = compared.slice(1);
  const trials = tryAll(designs.map(({ cases }) => cases));
  return ([0, 1] as const).flatMap((half) => {
    const best = bestOn(half, trials);
    const other: Half = half === 0 ? 1 : 0;
    const recommend = recommendBy(best);
    return designs.flatMap(({ name, cases, measured }) => {
      const found = ofHalf(other, cases).map((one) => measure(one, recommend(one)));
      const rows: [string, readonly Measured[]][] = [
        [`chosen on half ${half} (${wordsOf(best)})`, found],
        ...[ours, asAtFirst, popularityOnly].map((subject): [string, readonly Measured[]] => [
          subject,
          ofHalf(other, of(measured, subject)),
        ]),
      ];
      return rows.flatMap(([subject, all]) => accuracyOf(`${name}, half ${other}: ${subject}`, all));
    });
  });
}

function targetsOf({ name, measured }: Compared): BenchTarget[] {
  const atLeast = (what: 'recall' | 'diversity', other: string): BenchTarget => {
    const [value, least] = [meanOf(of(measured, ours), what), meanOf(of(measured, other), what)];
    const figure = what === 'recall' ? `recall@${pickCount}` : what;
    return {
      name: `${name}: ${figure}`,
      value: Number(value.toFixed(4)),
      target: `at least ${least.toFixed(4)}, that of ${other}`,
      met: value >= least,
    };
  };
  return [atLeast('recall', popularityOnly), atLeast('recall', votesOnly), atLeast('diversity', withoutVariety)];
}

function of(measured: Compared['measured'], subject: string): readonly Measured[] {
  return measured[subject] ?? [];
}

function methodInWords(): string {
  const { likedStars, fewestLiked, mostLiked } = caseRules;
  const { mostPopular, topRated, topRatedFloor, recentRatings, votesPerRating } = poolRules;
  return [
    `lists of a moment from the ratings before it: ${mostPopular} films most rated in the last ${recentRatings} ratings and the ${topRated} best rated with ${topRatedFloor} ratings or more, one rating as ${votesPerRating} TMDB votes`,
    `a case is a viewer with ${fewestLiked} films or more liked before (${likedStars} stars; the last ${mostLiked} are the taste), without what was rated before; targets are films of the lists liked afterwards`,
    `'one split': at ${percent(lateShare)} % of all ratings; 'series of splits': every ${percent(splitStep)} % from ${percent(firstShare)} %, each asked for what is liked up to the next; 'own splits': at ${percent(lateShare)} % of each viewer's own ratings`,
    `means over viewers; recall of as many targets as ${pickCount} picks can hold; diversity is 1 - mean jaccard of the genres of two picks, coverage the share of all candidates that was ever picked; intervals by paired bootstrap over viewers`,
    `weights: of the settings within ${percent(1 - asGood)} % of the best nDCG on one half of the viewers the most varied, told on the other half`,
  ].join('; ');
}
