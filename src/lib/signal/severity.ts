/**
 * Zones of vibration severity: A new machine, B fit for long-term operation, C for a limited time, D damaging. The limits
 * are those of the standards' tables for RMS velocity, 10 Hz (2 Hz for slow machines) to 1 000 Hz, on non-rotating parts.
 */
export type Zone = "A" | "B" | "C" | "D";

export interface MachineClass {
  id: string;
  /** For the dialog. */
  title: string;
  source: string;
  /** mm/s RMS between A and B, B and C, C and D. */
  limits: readonly [number, number, number];
}

const PART_3 = "ISO 20816-3:2022 (limits as ISO 10816-3:2009, tables A.1 and A.2)";
const PART_7 = "ISO 10816-7:2009, table A.1";
const PART_1 = "ISO 10816-1:1995, annex B";

export const MACHINE_CLASSES: readonly MachineClass[] = [
  {
    id: "medium-rigid",
    title: "15–300 kW (motor height 160–315 mm), rigid foundation",
    source: PART_3,
    limits: [1.4, 2.8, 4.5],
  },
  {
    id: "medium-flexible",
    title: "15–300 kW (motor height 160–315 mm), flexible foundation",
    source: PART_3,
    limits: [2.3, 4.5, 7.1],
  },
  {
    id: "large-rigid",
    title: "Above 300 kW (motor height from 315 mm), rigid foundation",
    source: PART_3,
    limits: [2.3, 4.5, 7.1],
  },
  {
    id: "large-flexible",
    title: "Above 300 kW (motor height from 315 mm), flexible foundation",
    source: PART_3,
    limits: [3.5, 7.1, 11],
  },
  {
    id: "pump-critical-small",
    title: "Pump of high reliability (category I), to 200 kW",
    source: PART_7,
    limits: [2.5, 4, 6.6],
  },
  {
    id: "pump-critical-large",
    title: "Pump of high reliability (category I), above 200 kW",
    source: PART_7,
    limits: [3.5, 5, 7.6],
  },
  { id: "pump-small", title: "Pump for general use (category II), to 200 kW", source: PART_7, limits: [3.2, 5.1, 8.5] },
  {
    id: "pump-large",
    title: "Pump for general use (category II), above 200 kW",
    source: PART_7,
    limits: [4.2, 6.1, 9.5],
  },
  { id: "small", title: "Small machine, to 15 kW (class I)", source: PART_1, limits: [0.71, 1.8, 4.5] },
];

/** @param velocity mm/s RMS; @param limits between A and B, B and C, C and D */
export function zoneOf(velocity: number, limits: readonly [number, number, number]): Zone {
  const above = limits.filter((limit) => velocity > limit).length;
  return (["A", "B", "C", "D"] as const)[above]!;
}

/** Band of the RMS velocity, Hz: slow machines move below 10 Hz (ISO 20816-1:2016, 4.2). */
export const bandOf = (rpm: number | undefined): [number, number] => [rpm !== undefined && rpm < 600 ? 2 : 10, 1000];
