/** What goes wrong with a broker, in sentences. */
import { TwinError } from "../twin/envelope.ts";

/** MQTT 3.1.1 return codes (table 3.1) and MQTT 5 reason codes (table 3-1) of a refused connection. */
const REFUSED: Record<number, string> = {
  1: "it does not speak the chosen MQTT version: choose the other one",
  2: "it does not accept the client id: choose another one",
  3: "it is not available at the moment",
  4: "user name or password is wrong",
  5: "it does not allow this user in: check user name, password and rights",
  132: "it does not speak the chosen MQTT version: choose the other one",
  133: "it does not accept the client id: choose another one",
  134: "user name or password is wrong",
  135: "it does not allow this user in: check user name, password and rights",
  136: "it is not available at the moment",
  137: "it is busy",
  138: "this client is banned",
};

/** One sentence about why there is no connection. */
export function brokerProblem(error: Error | undefined, address: string): string {
  if (error instanceof TwinError) return error.message;
  if (!error) return `The connection to the broker ${address} was closed; trying again.`;
  const { code, errors } = error as { code?: string | number; errors?: { code?: string }[] };
  const cause = typeof code === "string" ? code : errors?.[0]?.code;
  if (typeof code === "number" && REFUSED[code])
    return `The broker ${address} refused the connection: ${REFUSED[code]}.`;
  switch (cause) {
    case "ECONNREFUSED":
      return `No broker answers at ${address}: check host and port, and that the broker runs.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host of ${address} is not known: check its spelling.`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `The host of ${address} cannot be reached from here.`;
    case "ECONNRESET":
      return `The broker ${address} closed the connection: check whether the port expects TLS.`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `The certificate of ${address} is signed by nobody known here: give the certificate authority in the TLS settings.`;
    case "CERT_HAS_EXPIRED":
      return `The certificate of ${address} has expired.`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `The certificate of ${address} is for another host name.`;
    default:
      return `The broker ${address} cannot be used: ${error.message || cause || "no reason given"}.`;
  }
}
