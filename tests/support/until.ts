/** Time between two looks, and how long to go on looking. */
const lookAgainMs = 20;
const patienceMs = 45_000;

/** Looks again and again until `holds` says yes. @throws naming `what` when it has not within `withinMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = patienceMs,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) {
      throw new Error(`after ${withinMs} ms still not: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}
