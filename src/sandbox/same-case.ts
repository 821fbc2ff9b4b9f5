const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A UUID in lower case: the vendor finds one in any case. Any other text stays as it is. */
export function sameCase(id: string): string {
  return isUuid(id) ? id.toLowerCase() : id;
}
