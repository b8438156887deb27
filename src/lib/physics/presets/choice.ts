/** How a node names what it has chosen: `pump` for a preset that ships, `file:<name>` for an own one. */

const PREFIX = "file:";

/** The name of the file of an own preset that is chosen; undefined for any other choice. */
export const ownName = (choice: string | undefined): string | undefined =>
  choice?.startsWith(PREFIX) ? choice.slice(PREFIX.length) : undefined;

export const choiceOf = (name: string): string => PREFIX + name;

/** An own preset in a list: its title, and its file where that says more. */
export const titleOfOwn = (name: string, title: string): string => (title === name ? title : `${title} (${name}.json)`);
