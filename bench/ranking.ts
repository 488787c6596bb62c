/**
 * How well the score of a recommendation finds what people went on to like, beside the first edition and simpler rankings, offline on
 * MovieLens; and weights fitted on one half of the viewers, told on the other. MovieLens knows no languages, regions, hours or people: of
 * twelve parts it can show six.
 */
import { UsageError } from '../src/shared/core/errors.ts';
import { shown } from '../src/shared/core/shown-text.ts';
import { seededRandom } from '../tests/support/seeded-random.ts';
import { type BenchReport, type BenchResult, type BenchTarget, benchEnvironment } from './bench-report.ts';
import type { BenchSelection } from './bench-selection.ts';
import type { RankingCase } from './ranking/cases.ts';
import { caseRules } from './ranking/cases.ts';
import { fittedOn, type Half, negatives, ofHalf, wordsOf } from './ranking/fitted-weights.ts';
import { coverage, intervalBeyond, type Measured, meanOf, measure, pickCount } from './ranking/measures.ts';
import { type MovieLens, movieLensFiles, movieLensFolder, readMovieLens } from './ranking/movielens.ts';
import { hitRates, poolSizes } from './ranking/pool-sizes.ts';
import { poolRules } from './ranking/pools.ts';
import { allRecommenders, before, deployed, ours, popularityOnly, recommendBy } from './ranking/rankings.ts';
import { allDesigns, type Design, firstShare, lateShare, splitStep } from './ranking/splits.ts';

/** A design with what each ranking is worth in it. */
type Compared = Design & { measured: Record<string, readonly Measured[]> };

const percent = (share: number) => Math.round(100 * share);

/** Runs the comparison; without the data it says so and has no results. @throws UsageError for a folder that was named and lacks them. */
export async function benchRanking({ data: folder }: BenchSelection): Promise<BenchReport> {
  const data = readMovieLens(folder);
  const named = { data: folder ?? 'MovieLens ml-latest-small, 2018-09' };
  const report = { bench: 'ranking', environment: benchEnvironment(named) };
  if (data === undefined && folder !== undefined) {
    throw new UsageError(`--data '${shown(folder)}' has no ${movieLensFiles.join(', ')} of MovieLens`);
  }
  if (data === undefined) {
    const method = `skipped: ${movieLensFolder} beside the repository has no ${movieLensFiles.join(', ')}`;
    return { ...report, method, results: [], targets: [] };
  }
  return { ...report, method: methodInWords(), ...resultsFrom(data) };
}

function resultsFrom(data: MovieLens): Pick<BenchReport, 'results' | 'targets'> {
  const compared = allDesigns(data).map(compare);
  const all = allRecommenders();
  const inPools = Object.fromEntries(Object.entries(all).filter(([name]) => comparedInPools.includes(name)));
  return {
    results: [...compared.flatMap(resultsOf), ...fittedResults(compared), ...hitRates(data, inPools)],
    targets: compared.flatMap(targetsOf),
  };
}

const comparedInPools = [ours, before, popularityOnly];

function compare(design: Design): Compared {
  const measured = Object.entries(allRecommenders()).map(([subject, recommend]) => [
    subject,
    design.cases.map((one) => measure(one, recommend(one))),
  ]);
  return { ...design, measured: Object.fromEntries(measured) };
}

function resultsOf({ name, cases, measured }: Compared): BenchResult[] {
  const beyond = [before, popularityOnly].flatMap((other) =>
    beyondResults(`${name}: ${ours} beyond ${other}`, of(measured, ours), of(measured, other)),
  );
  return [
    ...sizesOf(name, cases),
    ...Object.entries(measured).flatMap(([subject, all]) => worthOf(`${name}: ${subject}`, cases, all)),
    ...beyond,
  ];
}

function worthOf(subject: string, cases: readonly RankingCase[], all: readonly Measured[]): BenchResult[] {
  return [
    { subject, metric: `recall@${pickCount}`, value: meanOf(all, 'recall'), unit: '' },
    { subject, metric: `nDCG@${pickCount}`, value: meanOf(all, 'ndcg'), unit: '' },
    { subject, metric: 'diversity', value: meanOf(all, 'diversity'), unit: '' },
    { subject, metric: 'coverage', value: percent(coverage(cases, all)), unit: '%' },
  ];
}

function beyondResults(subject: string, one: readonly Measured[], other: readonly Measured[]): BenchResult[] {
  const { low, high } = intervalBeyond(one, other, 'recall', seededRandom(2).next);
  return [
    { subject, metric: `recall@${pickCount}, low end of 95 %`, value: low, unit: '' },
    { subject, metric: `recall@${pickCount}, high end of 95 %`, value: high, unit: '' },
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

/** Fitted on one half over series and own splits, told on the other. The one split has too few viewers to fit by. */
function fittedResults(compared: readonly Compared[]): BenchResult[] {
  const designs = compared.slice(1);
  const told = ([0, 1] as const).map((half) => {
    const ranking = fittedOn(designs.flatMap(({ cases }) => ofHalf(half, cases)));
    const other: Half = half === 0 ? 1 : 0;
    const recommend = recommendBy(ranking);
    const found = designs.map(({ cases }) => ofHalf(other, cases).map((one) => measure(one, recommend(one))));
    return { half, other, words: wordsOf(ranking), found };
  });
  return designs.flatMap(({ name, cases, measured }, index) => {
    const all = told.flatMap(({ found }) => found[index] ?? []);
    const subject = `${name}: fitted on one half of the viewers, told on the other`;
    return [
      ...told.flatMap(({ half, other, words, found }) => [
        ...worthOf(
          `${name}, half ${other}: fitted on half ${half} (${words})`,
          ofHalf(other, cases),
          found[index] ?? [],
        ),
        ...[ours, before, popularityOnly].flatMap((known) =>
          worthOf(`${name}, half ${other}: ${known}`, ofHalf(other, cases), ofHalf(other, of(measured, known))),
        ),
      ]),
      ...worthOf(subject, cases, all),
      ...beyondResults(`${subject}, beyond ${before}`, all, of(measured, before)),
    ];
  });
}

/** The least that is required in each of the larger designs. */
const required: Readonly<Record<string, { recall: number; ndcg: number; beyond: number }>> = {
  'series of splits': { recall: 0.3, ndcg: 0.21, beyond: -0.02 },
  'own splits': { recall: 0.225, ndcg: 0.155, beyond: 0 },
};
const leastDiversity = 0.72;
const leastCoverage = 35;

function targetsOf({ name, cases, measured }: Compared): BenchTarget[] {
  const least = required[name];
  if (least === undefined) {
    return [];
  }
  const all = of(measured, ours);
  const atLeast = (what: string, value: number, target: number): BenchTarget => ({
    name: `${name}: ${what}`,
    value: Number(value.toFixed(4)),
    target: `at least ${target}`,
    met: value >= target,
  });
  const { low } = intervalBeyond(all, of(measured, before), 'recall', seededRandom(2).next);
  return [
    atLeast(`recall@${pickCount}`, meanOf(all, 'recall'), least.recall),
    atLeast(`nDCG@${pickCount}`, meanOf(all, 'ndcg'), least.ndcg),
    atLeast('diversity', meanOf(all, 'diversity'), leastDiversity),
    atLeast('coverage (%)', 100 * coverage(cases, all), leastCoverage),
    atLeast(`recall@${pickCount} beyond ${before}, low end of 95 %`, low, least.beyond),
  ];
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
    `keywords of a film are known where a dump of TMDB from 2017 has them; a film without any counts as the mean`,
    `'one split': at ${percent(lateShare)} % of all ratings; 'series of splits': every ${percent(splitStep)} % from ${percent(firstShare)} %, each asked for what is liked up to the next; 'own splits': at ${percent(lateShare)} % of each viewer's own ratings`,
    `means over viewers; recall of as many targets as ${pickCount} picks can hold; diversity is 1 - mean jaccard of the genres of two picks, coverage the share of all candidates that was ever picked; intervals by paired bootstrap over viewers`,
    `fitted: pairwise logistic regression without negative weights, ${negatives} films of the lists for each target, relevance as deployed; deployed: ${wordsOf(deployed)}`,
    `pools: own splits, the ${poolSizes.join(', ')} films most rated lately alone; each film that was liked later alone among those that were not`,
  ].join('; ');
}
