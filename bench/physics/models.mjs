// The models of the bench as a user types them; sources in ../shared/reference/README.md.
const VDP = "dy1/dt = y2\ndy2/dt = mu*(1 - y1^2)*y2 - y1";

/** The problems of ivp.json but arenstorf, states in the order of its y0. */
export const IVPS = {
  lotka_volterra: { equations: "dy1/dt = 1.5*y1 - y1*y2\ndy2/dt = -3*y2 + y1*y2" },
  lorenz: {
    equations: "dy1/dt = sigma*(y2 - y1)\ndy2/dt = y1*(rho - y3) - y2\ndy3/dt = y1*y2 - beta*y3",
    parameters: { sigma: 10, rho: 28, beta: 8 / 3 },
  },
  vdp_mu5: { equations: VDP, parameters: { mu: 5 } },
  pleiades: { equations: pleiades() },
  robertson: {
    equations: "dy1/dt = -0.04*y1 + 1e4*y2*y3\ndy2/dt = 0.04*y1 - 1e4*y2*y3 - 3e7*y2^2\ndy3/dt = 3e7*y2^2",
    stiff: true,
  },
  vdp_mu1000: { equations: VDP, parameters: { mu: 1000 }, stiff: true },
  hires: {
    equations: `dy1/dt = -1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007
dy2/dt = 1.71*y1 - 8.75*y2
dy3/dt = -10.03*y3 + 0.43*y4 + 0.035*y5
dy4/dt = 8.32*y2 + 1.71*y3 - 1.12*y4
dy5/dt = -1.745*y5 + 0.43*y6 + 0.43*y7
dy6/dt = -280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7
dy7/dt = 280*y6*y8 - 1.81*y7
dy8/dt = -280*y6*y8 + 1.81*y7`,
    stiff: true,
  },
  oregonator: {
    equations: `dy1/dt = 77.27*(y2 + y1*(1 - 8.375e-6*y1 - y2))
dy2/dt = (y3 - (1 + y1)*y2)/77.27
dy3/dt = 0.161*(y1 - y3)`,
    stiff: true,
  },
  rod50: { equations: rod(50), stiff: true, banded: true },
};

function rod(n) {
  const line = (i) => {
    if (i === 0) return "100*(y1 - y0) + 5";
    if (i === n - 1) return `100*(y${i - 1} - y${i}) - 2*(y${i} - 20)`;
    return `100*(y${i - 1} - 2*y${i} + y${i + 1})`;
  };
  return Array.from({ length: n }, (_, i) => `dy${i}/dt = ${line(i)}`).join("\n");
}

// Seven stars of mass 1 … 7: positions, then velocities.
function pleiades() {
  const stars = [1, 2, 3, 4, 5, 6, 7];
  const lines = [];
  const pull = (i, j, axis) => `${j}*(${axis}${j}-${axis}${i})/r${Math.min(i, j)}_${Math.max(i, j)}^3`;
  for (const axis of ["x", "y"]) for (const i of stars) lines.push(`d${axis}${i}/dt = v${axis}${i}`);
  for (const axis of ["x", "y"])
    for (const i of stars) {
      const pulls = stars.filter((j) => j !== i).map((j) => pull(i, j, axis));
      lines.push(`dv${axis}${i}/dt = ${pulls.join(" + ")}`);
    }
  for (const i of stars)
    for (const j of stars) if (i < j) lines.push(`r${i}_${j} = sqrt((x${i}-x${j})^2 + (y${i}-y${j})^2)`);
  return lines.join("\n");
}

/** Machines of the trajectories: file, MODEL.json, inputs, and the columns of the file in the order of ours. */
export const MACHINES = {
  battery: {
    file: "battery_circuit_ivp.csv",
    columns: { qb: "x_qb", qcp: "x_qcp", qcs: "x_qcs", V: "z_v" },
    // Daigle & Kulkarni (2013).
    model: {
      equations: `SOC = (CMax - qMax + qb)/CMax
Cb = -230*SOC^3 + 1.2*SOC^2 + 2079.9*SOC + 27.055726
Rcp = 0.0697776 + 1.50528e-17*exp(37.223*(1 - SOC))
Vcp = qcp/14.8223
Vcs = qcs/234.387
V = qb/Cb - Vcp - Vcs
ib = i + V/1e4
dqb/dt = -ib
dqcp/dt = ib - Vcp/Rcp
dqcs/dt = ib - Vcs/0.0538926
when V <= 3`,
      initial: { qb: 7856.3254 },
      parameters: { qMax: 7856.3254, CMax: 7777 },
      inputs: ["i"],
      outputs: ["V"],
    },
    inputs: "t,i\n0,2\n600,1\n900,4\n1800,2\n3000,3\n",
  },
  motor: {
    file: "dcmotor_sp_ivp.csv",
    columns: { i: "x_i", w: "x_v_rot" },
    model: {
      equations: "di/dt = (V - Kt*w - R*i)/L\ndw/dt = (Kt*i - Tl - B*w)/J",
      parameters: { L: 83e-6, R: 0.081, Kt: 0.0265258, J: 1.269e-4, B: 5.0060675e-5 },
      inputs: ["V", "Tl"],
    },
    inputs: "t,V,Tl\n0,24,0\n0.05,24,0.2\n0.1,12,0.2\n",
  },
  pump: {
    file: "pump_base_ivp.csv",
    columns: { w: "x_w", Q: "x_Q", Tt: "x_Tt", Tr: "x_Tr", To: "x_To" },
    // Daigle & Goebel (2013), parameters and load of NASA ProgPy's example; voltage by ramps of 100 s every half hour.
    model: {
      equations: `tc = t % 3600
V = tc < 1800 ? 471.2389 : tc < 1900 ? 471.2389 + tc - 1800 : tc < 3500 ? 571.2389 : 471.2398 - (tc - 3600)
wsync = 0.8*V
QLeak = cLeak*ALeak*sqrt(abs(psuc - pdisch))*sign(psuc - pdisch)
slip = max(-1, min(1, (wsync - w)/wsync))
deltaP = A*w^2 + B*w*Q + psuc - pdisch
Te = 3*R2/(slip*wsync)*V^2/((R1 + R2/slip)^2 + (wsync*L1)^2)
Qout = max(0, Q - QLeak)
load = -a2*Qout^2 + a1*w*Qout + a0*w^2
dw/dt = (Te - (r + rThrust + rRadial)*w - load)/I
dQ/dt = (c*sqrt(abs(deltaP))*sign(deltaP) - Q)/FluidI
dTt/dt = (rThrust*w^2 - 0.0034*(Tt - Tamb) - 0.0026*(Tt - To))/7.3
dTr/dt = (rRadial*w^2 - 0.0018*(Tr - Tamb) - 0.020*(Tr - To))/2.4
dTo/dt = (1.0*(Tt - To) + 3.0*(Tr - To) + 1.5*(Tamb - To))/8000`,
      initial: { w: 376.991117431, Q: 0, Tt: 290, Tr: 290, To: 290 },
      parameters: {
        A: 12.7084,
        B: 17984.6,
        a0: 0.00149204,
        a1: 5.77703,
        a2: 9179.4,
        I: 50,
        r: 0.008,
        R1: 0.36,
        R2: 0.076,
        L1: 0.00063,
        FluidI: 5,
        c: 8.24123e-5,
        cLeak: 1,
        ALeak: 1e-10,
        rThrust: 1.4e-6,
        rRadial: 1.8e-6,
        Tamb: 290,
        pdisch: 928654,
        psuc: 239179,
      },
    },
  },
};

/** Thrown without drag from 1.83 m with 40 m/s: a parabola, so the truth is a formula. */
export const BALL = {
  model: {
    equations: "dx/dt = v\ndv/dt = -9.81\nwhen x < 0",
    initial: { x: 1.83, v: 40 },
  },
  impact: (40 + Math.sqrt(40 ** 2 + 2 * 9.81 * 1.83)) / 9.81,
};
