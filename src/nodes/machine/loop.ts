/**
 * Calls `take` for everything that is due, in slices, so that a machine that runs fast never stalls Node-RED. What a
 * message costs the nodes behind the machine shows only afterwards: Node-RED delivers it in a later turn of the event
 * loop. So the number of messages in a slice follows how long the turn took in which the last slice was worked off.
 */
const TICK_MS = 50;
const SLICE_MS = 8;
/** Turns longer than this halve the slice; turns below half of it let it grow. */
const TURN_MS = 20;
const FIRST_SLICE = 8;
const LARGEST_SLICE = 4096;
/** After a stall, or when more is asked than this computer can do, only this much is caught up: the machine's clock stands still for the rest. */
const MOST_BEHIND_MS = 5000;

export function startLoop(elapse: (wallMs: number) => void, take: () => boolean): () => void {
  let last = performance.now();
  let behind = 0;
  let stopped = false;
  let slice = FIRST_SLICE;
  let immediate: NodeJS.Immediate | undefined;
  const drain = () => {
    immediate = undefined;
    const begin = performance.now();
    for (let taken = 0; !stopped && take(); taken++)
      if (taken + 1 >= slice || performance.now() - begin > SLICE_MS)
        return void (immediate = setImmediate(next, begin));
  };
  const next = (begin: number) => {
    const turn = performance.now() - begin;
    if (turn > TURN_MS) slice = Math.max(1, slice >> 1);
    else if (turn < TURN_MS / 2) slice = Math.min(LARGEST_SLICE, slice + 1 + (slice >> 2));
    drain();
  };
  const timer = setInterval(() => {
    const now = performance.now();
    behind = Math.min(behind + now - last, MOST_BEHIND_MS);
    last = now;
    if (immediate) return;
    elapse(behind);
    behind = 0;
    drain();
  }, TICK_MS);
  return () => {
    stopped = true;
    clearInterval(timer);
    if (immediate) clearImmediate(immediate);
  };
}
