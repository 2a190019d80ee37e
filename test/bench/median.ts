/** The middle one of some figures. */
export const medianOf = (figures: number[]): number =>
  [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
