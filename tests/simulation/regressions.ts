/** Seeds that failed once, each with what it showed; every campaign runs them. */
export const regressions: readonly { seed: number; showed: string }[] = [];
