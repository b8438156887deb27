import assert from "node:assert/strict";
import { startLoop } from "../../src/nodes/machine/loop.ts";

describe("the clock of a simulated machine", () => {
  it("makes no more messages in a turn of the event loop than the nodes behind it work off", async () => {
    const perTurn: number[] = [];
    let due = 0;
    let made = 0;
    let handled = 0;
    const work = () => {
      const end = performance.now() + 2;
      while (performance.now() < end);
      handled++;
    };
    const stop = startLoop(
      () => {
        due += 400;
      },
      () => {
        if (due === 0) return false;
        due--;
        made++;
        // As Node-RED delivers: in a later turn.
        setImmediate(work);
        return true;
      },
    );
    let before = 0;
    while (handled < 200) {
      await new Promise((resolve) => setImmediate(resolve));
      perTurn.push(made - before);
      before = made;
    }
    stop();
    // 2 ms each: about ten fill a turn. Without back-pressure it would be hundreds.
    assert(Math.max(...perTurn) <= 24, `${Math.max(...perTurn)}`);
  });

  it("lets cheap messages through as fast as they are due", async () => {
    let due = 0;
    let made = 0;
    const stop = startLoop(
      () => {
        due += 1000;
      },
      () => {
        if (due === 0) return false;
        due--;
        made++;
        return true;
      },
    );
    while (made < 3000) await new Promise((resolve) => setTimeout(resolve, 20));
    stop();
    assert.equal(made % 1000, 0, "a tick's messages are all made");
  });
});
