/** Why a sample is refused. */
import { StatusCode } from "../twin/status-codes.ts";

/** Reasons as they are counted. */
export const REASONS = {
  unreadable: "E_UNREADABLE",
  "no-mapping": "E_NO_MAPPING",
  "unknown-twin": "E_UNKNOWN_TWIN",
  "unknown-signal": "E_UNKNOWN_SIGNAL",
  "no-value": "E_NO_VALUE",
  "not-a-number": "E_NOT_A_NUMBER",
  "wrong-type": "E_TYPE",
  "wrong-unit": "E_UNIT",
  "wrong-time": "E_TIME",
  "clock-skew": "E_CLOCK_SKEW",
  "out-of-range": "E_OUT_OF_RANGE",
  "bad-at-source": "E_BAD_AT_SOURCE",
  duplicate: "E_DUPLICATE",
} as const;

export type Reason = keyof typeof REASONS;

export interface Refusal {
  reason: Reason;
  /** For Catch nodes. */
  code: string;
  /** One sentence for a technician. */
  message: string;
  signal?: string;
}

export const refusal = (reason: Reason, message: string, signal?: string): Refusal => ({
  reason,
  code: REASONS[reason],
  message,
  ...(signal !== undefined && { signal }),
});

/** The Bad status with which a refused sample goes on; undefined when it leaves by output 2 only (contract, Quality). */
export function badStatus(reason: Reason): number | undefined {
  switch (reason) {
    case "out-of-range":
      return StatusCode.Bad_OutOfRange;
    case "no-value":
    case "not-a-number":
      return StatusCode.Bad_NoData;
    case "wrong-type":
    case "wrong-unit":
      return StatusCode.Bad_TypeMismatch;
    default:
      return undefined;
  }
}
