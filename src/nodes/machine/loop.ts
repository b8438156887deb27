/** Calls `take` for everything that is due, in slices, so that a machine that runs fast never stalls Node-RED. */
const TICK_MS = 50;
const SLICE_MS = 8;
/** After a stall, or when more is asked than this computer can do, only this much is caught up: the machine's clock stands still for the rest. */
const MOST_BEHIND_MS = 5000;

export function startLoop(elapse: (wallMs: number) => void, take: () => boolean): () => void {
  let last = performance.now();
  let behind = 0;
  let stopped = false;
  let immediate: NodeJS.Immediate | undefined;
  const drain = () => {
    immediate = undefined;
    const end = performance.now() + SLICE_MS;
    while (!stopped && take()) if (performance.now() > end) return void (immediate = setImmediate(drain));
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
