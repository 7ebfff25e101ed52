/**
 * The mutual information, in nats, that two random partitions with these group sizes have on average (Vinh et
 * al., 2010, eq. 24: permutation model, hypergeometric counts). Exact.
 *
 * Groups of equal size contribute equally, so each pair of sizes is summed once: n rows have at most √(2n)
 * different sizes, which makes thousands of clusters cheap.
 *
 * @param labelSizes rows in each group of the one partition, all ≥ 1
 * @param clusterSizes rows in each group of the other; the same sum
 */
export function expectedMutualInformation(labelSizes: Int32Array, clusterSizes: Int32Array): number {
  const total = labelSizes.reduce((sum, size) => sum + size, 0);
  const logFactorial = logFactorials(total);
  const at = (n: number): number => logFactorial[n] as number;
  const clusterTally = tally(clusterSizes);
  let expected = 0;
  for (const [a, timesA] of tally(labelSizes)) {
    for (const [b, timesB] of clusterTally) {
      const fixed = at(a) + at(b) + at(total - a) + at(total - b) - at(total);
      let sum = 0;
      for (let shared = Math.max(1, a + b - total); shared <= Math.min(a, b); shared++) {
        const logProbability =
          fixed - at(shared) - at(a - shared) - at(b - shared) - at(total - a - b + shared);
        sum += (shared / total) * Math.log((total * shared) / (a * b)) * Math.exp(logProbability);
      }
      expected += timesA * timesB * sum;
    }
  }
  return expected;
}

/** How often each size occurs. */
function tally(sizes: Int32Array): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const size of sizes) times.set(size, (times.get(size) ?? 0) + 1);
  return times;
}

/** ln 0! … ln n!, summed with compensation (Kahan): without it, the error grows with n. */
function logFactorials(n: number): Float64Array {
  const values = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let i = 2; i <= n; i++) {
    const term = Math.log(i) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    values[i] = sum;
  }
  return values;
}
