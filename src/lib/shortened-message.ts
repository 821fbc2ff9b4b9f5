/** Suggestions of graphql at the end of a message. They contain only names of the schema, and are never cut. */
const SUGGESTIONS = / Did you mean (?:[a-z ]+ )?"\w{1,64}"(?:(?:, | or |, or )"\w{1,64}"){0,4}\?$/;

/**
 * Message whose text before its suggestions is cut in the middle to at most `most` characters, because all of it may be
 * quoted from a request.
 */
export function shortenedMessage(message: string, most: number): string {
  const [suggestions = ''] = SUGGESTIONS.exec(message) ?? [];
  return withoutMiddle(message.slice(0, message.length - suggestions.length), most) + suggestions;
}

/** Text cut in the middle to at most `most` characters: an error begins with its subject and ends with the fault. */
export function withoutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 2);
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}
