/**
 * Initial value problems with known ends. Equations: textbook forms; HIRES and Oregonator: Hairer & Wanner, Solving
 * Ordinary Differential Equations II, IV.10; Pleiades: Hairer, Nørsett & Wanner I, II.10; the rod is 1-D heat conduction.
 * End values: SciPy 1.10.1 (DOP853 or Radau at rtol 1e-12), cross-checked with a second method to 7e-10 or better.
 */
export interface Ivp {
  equations: string;
  parameters?: Record<string, number>;
  y0: number[];
  t1: number;
  y1: number[];
}

const VDP = "dy1/dt = y2\ndy2/dt = mu*(1 - y1^2)*y2 - y1";

export const IVPS: Record<string, Ivp> = {
  "Lotka–Volterra": {
    equations: "dy1/dt = 1.5*y1 - y1*y2\ndy2/dt = -3*y2 + y1*y2",
    y0: [1, 1],
    t1: 10,
    y1: [1.0263447675750834, 0.9096910781360829],
  },
  Lorenz: {
    equations: "dy1/dt = sigma*(y2 - y1)\ndy2/dt = y1*(rho - y3) - y2\ndy3/dt = y1*y2 - beta*y3",
    parameters: { sigma: 10, rho: 28, beta: 8 / 3 },
    y0: [1, 1, 1],
    t1: 5,
    y1: [-6.512113699419462, -6.974042788416692, 23.924129572103567],
  },
  "van der Pol, mu = 5": {
    equations: VDP,
    parameters: { mu: 5 },
    y0: [2, 0],
    t1: 20,
    y1: [-1.6012968795428408, 0.19832667633866558],
  },
  Pleiades: {
    equations: pleiades(),
    y0: [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0],
    t1: 3,
    y1: [
      0.3706139143955968, 3.2372840920573176, -3.2225590324185927, 0.6597091455777317, 0.34255817071599204,
      1.5621721014006704, -0.7003092922213335, -3.943437585517099, -3.2713809739724224, 5.225081843453974,
      -2.590612434977521, 1.1982136933928649, -0.2429682344936659, 1.0914492404296745, 3.417003806311764,
      1.3545845016255804, -2.590065597810306, 2.0250537347148097, -1.1558151001591295, -0.8072988170220663,
      0.5952396354195446, -3.741244961235153, 0.3773459685752073, 0.9386858869527754, 0.36679222272023376,
      -0.34740463537965727, 2.3449154481807954, -1.9470204342630018,
    ],
  },
  Robertson: {
    equations: "dy1/dt = -0.04*y1 + 1e4*y2*y3\ndy2/dt = 0.04*y1 - 1e4*y2*y3 - 3e7*y2^2\ndy3/dt = 3e7*y2^2",
    y0: [1, 0, 0],
    t1: 1e4,
    y1: [0.10730042853798198, 4.800166972580243e-7, 0.8926990914453193],
  },
  "van der Pol, mu = 1000": {
    equations: VDP,
    parameters: { mu: 1000 },
    y0: [2, 0],
    t1: 2000,
    y1: [1.706167732170457, -0.0008928097010248255],
  },
  HIRES: {
    equations: `dy1/dt = -1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007
dy2/dt = 1.71*y1 - 8.75*y2
dy3/dt = -10.03*y3 + 0.43*y4 + 0.035*y5
dy4/dt = 8.32*y2 + 1.71*y3 - 1.12*y4
dy5/dt = -1.745*y5 + 0.43*y6 + 0.43*y7
dy6/dt = -280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7
dy7/dt = 280*y6*y8 - 1.81*y7
dy8/dt = -280*y6*y8 + 1.81*y7`,
    y0: [1, 0, 0, 0, 0, 0, 0, 0.0057],
    t1: 321.8122,
    y1: [
      0.0007371312573325233, 0.00014424857263160986, 5.888729740966777e-5, 0.0011756513432830662, 0.0023863561988300844,
      0.006238968252739002, 0.0028499983951848357, 0.002850001604815151,
    ],
  },
  Oregonator: {
    equations: `dy1/dt = 77.27*(y2 + y1*(1 - 8.375e-6*y1 - y2))
dy2/dt = (y3 - (1 + y1)*y2)/77.27
dy3/dt = 0.161*(y1 - y3)`,
    y0: [1, 2, 3],
    t1: 360,
    y1: [1.000814870318523, 1228.1785215498908, 132.05549428465218],
  },
};

function pleiades(): string {
  const stars = [1, 2, 3, 4, 5, 6, 7];
  const lines: string[] = [];
  const pull = (i: number, j: number, axis: string) =>
    `${j}*(${axis}${j}-${axis}${i})/r${Math.min(i, j)}_${Math.max(i, j)}^3`;
  for (const i of stars) lines.push(`dy${i}/dt = vx${i}`);
  for (const i of stars) lines.push(`dz${i}/dt = vz${i}`);
  for (const axis of ["y", "z"])
    for (const i of stars) {
      const pulls = stars.filter((j) => j !== i).map((j) => pull(i, j, axis));
      lines.push(`dv${axis === "y" ? "x" : "z"}${i}/dt = ${pulls.join(" + ")}`);
    }
  for (const i of stars)
    for (const j of stars) if (i < j) lines.push(`r${i}_${j} = sqrt((y${i}-y${j})^2 + (z${i}-z${j})^2)`);
  return lines.join("\n");
}
