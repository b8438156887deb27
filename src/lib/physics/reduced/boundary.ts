/** Conditions at the end of a rod or the edge of a plate. `input` is an index into the inputs of the model. */
export type Boundary =
  /** The temperature is prescribed, K. */
  | { type: "temperature"; input: number }
  /** Heat is given off to a medium of the temperature of the input; `film` in W/(m²·K). */
  | { type: "convection"; film: number; input: number }
  /** Heat flows in, W/m². */
  | { type: "flux"; input: number }
  | { type: "insulated" };
