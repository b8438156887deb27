/**
 * OPC UA status codes used by the pipeline (OPC 10000-4, Annex A; names and numbers as in the OPC Foundation's
 * StatusCode.csv). The two top bits are the severity: 00 Good, 01 Uncertain, 10 Bad.
 */
export const StatusCode = {
  Good: 0,
  Uncertain_LastUsableValue: 0x40900000,
  Uncertain_SensorNotAccurate: 0x40930000,
  Bad_NoData: 0x809b0000,
  Bad_OutOfRange: 0x803c0000,
  Bad_TypeMismatch: 0x80740000,
  Bad_NoCommunication: 0x80310000,
} as const;

const names = new Map<number, string>(Object.entries(StatusCode).map(([name, code]) => [code, name]));

/** Severity Good: the value may be used without reservation. A missing status means Good. */
export const isGood = (status: number | undefined): boolean => (status ?? 0) >>> 30 === 0;
export const isBad = (status: number | undefined): boolean => (status ?? 0) >>> 31 === 1;
export const isUncertain = (status: number | undefined): boolean => (status ?? 0) >>> 30 === 1;

/** Name of a status code for people, for example `Bad_OutOfRange`; an unknown code is given in hexadecimal. */
export function statusName(status: number): string {
  return names.get(status) ?? `0x${(status >>> 0).toString(16).padStart(8, "0")}`;
}
