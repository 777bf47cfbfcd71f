export const median = values => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The range of the middle half of the values, as a share of the median. */
export const spread = values => {
  const sorted = [...values].sort((a, b) => a - b)
  return (
    (sorted[Math.floor(sorted.length * 0.75)] - sorted[Math.floor(sorted.length * 0.25)]) /
    median(values)
  )
}

/**
 * The 95 % interval of the median, by order statistics: they assume nothing about the distribution
 * of the values.
 */
export function interval(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const count = sorted.length
  // The largest k for which a binomial(count, 1/2) variable is below k in at most 2.5 % of cases.
  let below = 0
  let share = 0.5 ** count
  let sum = share
  while (sum <= 0.025 && below < count / 2) {
    below++
    share = (share * (count - below + 1)) / below
    sum += share
  }
  const rank = Math.max(0, below - 1)
  return [sorted[rank], sorted[count - 1 - rank]]
}
