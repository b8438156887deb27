/** Plays a recording against a clock of its own: play, pause, speed, loop. Knows no timer: it is asked what is due. */
import type { Json } from "../store/store.ts";
import type { RecordedSample, Recording } from "./recording.ts";

export interface PlayerOptions {
  /** Recorded time per wall time. */
  speed: number;
  loop: boolean;
}

export class Player {
  #recording: Recording;
  #options: PlayerOptions;
  #next = 0;
  #pass = 0;
  #playing = true;
  /** Recorded milliseconds since the start of this pass. */
  #position = 0;

  constructor(recording: Recording, options: PlayerOptions) {
    this.#recording = recording;
    this.#options = options;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get ended(): boolean {
    return !this.#options.loop && this.#next >= this.#recording.samples.length;
  }

  /** 0 … 1 of this pass. */
  get progress(): number {
    return this.#next / this.#recording.samples.length;
  }

  /** Milliseconds by which the source times of this pass are moved on, so that time never runs back. */
  get shift(): number {
    return this.#pass * this.#passLength();
  }

  get speed(): number {
    return this.#options.speed;
  }

  set speed(speed: number) {
    this.#options = { ...this.#options, speed };
  }

  /** After the end this begins another pass. */
  play(): void {
    if (this.ended) {
      this.#position = 0;
      this.#pass++;
      this.#next = 0;
    }
    this.#playing = true;
  }

  pause(): void {
    this.#playing = false;
  }

  rewind(): void {
    this.#next = 0;
    this.#pass = 0;
    this.#position = 0;
  }

  /** Lets `wallMs` pass and makes samples due, which `take` returns one by one. */
  elapse(wallMs: number): void {
    if (this.#playing && !this.ended) this.#position += wallMs * this.#options.speed;
  }

  /** The next due sample, or undefined. */
  take(): RecordedSample | undefined {
    const { samples } = this.#recording;
    if (!this.#playing) return undefined;
    if (this.#next >= samples.length) {
      if (!this.#options.loop) return undefined;
      if (this.#position < this.#passLength()) return undefined;
      this.#position -= this.#passLength();
      this.#pass++;
      this.#next = 0;
    }
    const sample = samples[this.#next]!;
    if (sample.time - samples[0]!.time > this.#position) return undefined;
    this.#next++;
    return this.#pass === 0 ? sample : { ...sample, time: sample.time + this.shift };
  }

  snapshot(): Json {
    return { next: this.#next, pass: this.#pass, playing: this.#playing, position: this.#position };
  }

  restore(state: Json): void {
    const s = state as { next: number; pass: number; playing: boolean; position: number };
    if (!(s.next >= 0 && s.next <= this.#recording.samples.length)) return;
    this.#next = s.next;
    this.#pass = s.pass;
    this.#playing = s.playing;
    this.#position = s.position;
  }

  /** One typical interval lies between the passes. */
  #passLength(): number {
    const { samples, duration } = this.#recording;
    return Math.ceil(duration + (duration > 0 ? duration / (samples.length - 1) : 1000));
  }
}
