// The same fleet, made harder: what a scorer or a plant may do to it.
import { createRandom } from "./shared.mjs";

const eachUnit = (table, change, signals = table.signals) => ({ signals, units: table.units.map(change) });

function shuffled(items, seed) {
  const random = createRandom(seed);
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** Some of the units. */
export const subset = (table, count, seed) => ({ ...table, units: shuffled(table.units, seed).slice(0, count) });

/** Other names, scales from 1e-4 to 1e4 of either sign, another order. */
export function rename(table) {
  const width = table.signals.length;
  const order = shuffled(table.signals.keys(), "order");
  const random = createRandom("scale");
  const scale = order.map(() => (random.next() < 0.5 ? -1 : 1) * Math.exp(4 * random.normal()));
  return eachUnit(
    table,
    (unit) => ({
      ...unit,
      values: unit.values.map((_, i) => unit.values[i - (i % width) + order[i % width]] * scale[i % width]),
    }),
    order.map((_, i) => `tag${i}`),
  );
}

export function dropValues(table, share, seed) {
  const random = createRandom(`values ${seed}`);
  return eachUnit(table, (unit) => ({
    ...unit,
    values: unit.values.map((x) => (random.next() < share ? Number.NaN : x)),
  }));
}

/** Some values are wild: anything from minus several times to several times the true one. */
export function wildValues(table, share, seed) {
  const random = createRandom(`wild ${seed}`);
  return eachUnit(table, (unit) => ({
    ...unit,
    values: unit.values.map((x) => (random.next() < share ? x * (1 + 3 * random.normal()) : x)),
  }));
}

/** The last row stays. */
export function dropRows(table, share, seed) {
  const random = createRandom(`rows ${seed}`);
  return eachUnit(table, (unit) =>
    rowsOf(
      table,
      unit,
      [...unit.time.keys()].filter((r) => r === unit.time.length - 1 || random.next() >= share),
    ),
  );
}

/** Every unit is met somewhere in the first 60 % of its record. */
export function midLife(table, clockSetAnew, seed) {
  const random = createRandom(`mid-life ${seed}`);
  return eachUnit(table, (unit) => {
    const from = Math.floor(0.6 * random.next() * (unit.time.length - 5));
    const later = rowsOf(
      table,
      unit,
      [...unit.time.keys()].filter((r) => r >= from),
    );
    return clockSetAnew ? { ...later, time: later.time.map((t) => t - later.time[0] + 1) } : later;
  });
}

function rowsOf({ signals }, { id, time, values }, rows) {
  const width = signals.length;
  return {
    id,
    time: Float64Array.from(rows, (r) => time[r]),
    values: Float64Array.from(rows.flatMap((r) => [...values.subarray(r * width, (r + 1) * width)])),
  };
}

/**
 * Six operating points as in FD002 and FD004, changing from row to row: the first three columns say which, the others get
 * a level of about 30 deviations and a gain of their own at each.
 */
export function operatingPoints(table, seed, scaledAs) {
  const points = [
    [0, 0, 100],
    [10, 0.25, 100],
    [20, 0.7, 100],
    [25, 0.62, 60],
    [35, 0.84, 100],
    [42, 0.84, 100],
  ];
  const width = table.signals.length;
  const columns = Array.from({ length: width }, (_, c) => {
    const all = scaledAs.units.flatMap((u) => [...u.values.filter((_, i) => i % width === c)]);
    const center = all.reduce((a, b) => a + b, 0) / all.length;
    const sd = Math.sqrt(all.reduce((sum, x) => sum + (x - center) ** 2, 0) / all.length);
    return { center, sd: sd > 1e-9 ? sd : Math.abs(center) / 100 || 1 };
  });
  const shape = createRandom("operating points");
  const laws = points.map(() =>
    columns.map(({ sd }) => ({ level: 30 * sd * shape.normal(), gain: Math.exp(0.3 * shape.normal()) })),
  );
  const random = createRandom(`points ${seed}`);
  return eachUnit(table, (unit) => {
    const values = unit.values.slice();
    for (let r = 0; r < unit.time.length; r++) {
      const p = Math.floor(points.length * random.next());
      for (let c = 0; c < width; c++) {
        const i = r * width + c;
        const { level, gain } = laws[p][c];
        values[i] =
          c < 3
            ? points[p][c] + 0.003 * (c < 2) * random.next()
            : columns[c].center + level + gain * (unit.values[i] - columns[c].center);
      }
    }
    return { ...unit, values };
  });
}
