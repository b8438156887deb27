/** MQTT topic filters with captures: `plant/+/pump/{id}/{signal}`. */
import { describe, TwinError } from "../twin/envelope.ts";

export interface TopicPattern {
  /** The MQTT filter: captures are single-level wildcards. */
  filter: string;
  /** The captured levels by name; undefined when the topic does not match. */
  match(topic: string): ReadonlyMap<string, string> | undefined;
}

const CAPTURE = /^\{([A-Za-z][A-Za-z0-9_]*)\}$/;

/**
 * Reads a pattern: `+` stands for one level, `#` (last) for all that follow, `{name}` for one level that is remembered.
 * An empty pattern matches every topic.
 * @throws TwinError `E_TOPIC` with a sentence.
 */
export function readTopicPattern(text: string): TopicPattern {
  const pattern = text.trim();
  const wrong = (why: string) => new TwinError("E_TOPIC", `The topic ${describe(text)} is not valid: ${why}.`);
  if (/\0/.test(pattern) || pattern.length > 1000) throw wrong("it is too long or has a null character");
  const levels = pattern === "" ? ["#"] : pattern.split("/");
  const captures = levels.map((level, i) => {
    const name = CAPTURE.exec(level)?.[1];
    if (name) return name;
    if (level === "#" && i < levels.length - 1) throw wrong("# can only be the last level");
    if (level !== "#" && level !== "+" && /[#+{}]/.test(level))
      throw wrong("+, # and {name} stand for whole levels, between slashes");
    return undefined;
  });
  return {
    filter: levels.map((level, i) => (captures[i] ? "+" : level)).join("/"),
    match(topic) {
      const parts = topic.split("/");
      const found = new Map<string, string>();
      for (let i = 0; i < levels.length; i++) {
        if (levels[i] === "#") return found;
        const part = parts[i];
        if (part === undefined) return undefined;
        if (captures[i]) found.set(captures[i]!, part);
        else if (levels[i] !== "+" && levels[i] !== part) return undefined;
      }
      return parts.length === levels.length ? found : undefined;
    },
  };
}

/** True when a topic matches an MQTT filter (MQTT 5, section 4.7): `#` includes the parent, wildcards never match `$…` topics. */
export function topicMatches(filter: string, topic: string): boolean {
  const levels = filter.split("/");
  const parts = topic.split("/");
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] === "#") return true;
    if (i >= parts.length || (levels[i] !== "+" && levels[i] !== parts[i])) return false;
    if (i === parts.length - 1 && levels.length === i + 2 && levels[i + 1] === "#") return true;
  }
  return levels.length === parts.length;
}

/** The narrowest filters that cover all given ones and do not overlap, so that a broker delivers every message once. */
export function withoutOverlap(filters: Iterable<string>): string[] {
  const result: string[] = [];
  for (const filter of new Set(filters)) {
    let joined = filter;
    for (let i = 0; i < result.length; ) {
      if (!overlap(result[i]!, joined)) i++;
      else {
        joined = join(result[i]!, joined);
        result.splice(i, 1);
        i = 0; // The wider filter may reach others.
      }
    }
    result.push(joined);
  }
  return result;
}

/** True when some topic matches both filters. */
function overlap(a: string, b: string): boolean {
  const left = a.split("/");
  const right = b.split("/");
  if (a.startsWith("$") !== b.startsWith("$")) return false;
  for (let i = 0; ; i++) {
    if (left[i] === "#" || right[i] === "#") return true;
    if (i >= left.length || i >= right.length)
      return left.length === right.length || left[i] === "#" || right[i] === "#";
    if (left[i] !== "+" && right[i] !== "+" && left[i] !== right[i]) return false;
  }
}

/** The narrowest filter that covers two overlapping ones. */
function join(a: string, b: string): string {
  const left = a.split("/");
  const right = b.split("/");
  const levels: string[] = [];
  for (let i = 0; i < left.length || i < right.length; i++) {
    if (left[i] === undefined || right[i] === undefined || left[i] === "#" || right[i] === "#")
      return [...levels, "#"].join("/");
    levels.push(left[i] === right[i] ? left[i]! : "+");
  }
  return levels.join("/");
}
