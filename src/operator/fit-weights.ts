/**
 * Weights of a mean of parts from what people chose: pairwise logistic regression without negative weights (Rendle et al., BPR, 2009, for a
 * linear score). Pure: the same comparisons give the same weights.
 */

/** What was chosen beside something that was not: how much more of each part it has, -1 to 1. */
export type Comparison = { viewer: string; difference: readonly number[] };

/** Keeps weights of parts that tell nothing small, and those of parts that tell everything finite. */
const ridge = 0.001;
const steps = 400;

/**
 * The weights under which what was chosen comes first most surely; viewers count the same, however many comparisons they have. Their scale has
 * no meaning of its own. All are 0 where nothing can be learned.
 */
export function fitWeights(comparisons: readonly Comparison[]): number[] {
  const parts = comparisons[0]?.difference.length ?? 0;
  const weighted = sharesOf(comparisons);
  // Each part differs by 1 at most, so no curvature of the loss is greater than a quarter of the number of parts.
  const pace = 1 / (parts / 4 + ridge);
  let weights = Array.from({ length: parts }, () => 0);
  let ahead = weights;
  for (let step = 1; step <= steps; step += 1) {
    const slope = slopeAt(ahead, weighted);
    const next = ahead.map((weight, part) => Math.max(0, weight - pace * (slope[part] ?? 0)));
    // Nesterov's momentum.
    ahead = next.map((weight, part) => weight + ((step - 1) / (step + 2)) * (weight - (weights[part] ?? 0)));
    weights = next;
  }
  return weights;
}

type Weighted = { difference: readonly number[]; share: number };

function sharesOf(comparisons: readonly Comparison[]): Weighted[] {
  const counts = new Map<string, number>();
  for (const { viewer } of comparisons) {
    counts.set(viewer, (counts.get(viewer) ?? 0) + 1);
  }
  return comparisons.map(({ viewer, difference }) => ({
    difference,
    share: 1 / counts.size / (counts.get(viewer) ?? 1),
  }));
}

function slopeAt(weights: readonly number[], comparisons: readonly Weighted[]): number[] {
  const slope = weights.map((weight) => ridge * weight);
  for (const { difference, share } of comparisons) {
    const pull = share / (1 + Math.exp(dot(weights, difference)));
    for (let part = 0; part < slope.length; part += 1) {
      slope[part] = (slope[part] ?? 0) - pull * (difference[part] ?? 0);
    }
  }
  return slope;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) {
    sum += (a[index] ?? 0) * (b[index] ?? 0);
  }
  return sum;
}
