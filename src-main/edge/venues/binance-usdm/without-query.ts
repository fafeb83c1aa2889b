/** `text` without the queries of addresses in it: a signature travels there, and no part of one belongs in a log. */
export function withoutQuery(text: string): string {
  return text.replace(/\?\S*/g, '?…');
}
