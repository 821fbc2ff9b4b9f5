/** Names that every object of JavaScript has without being given them, and that promises and JSON look for. */
export const NAMES_OF_OBJECTS = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  'prototype',
  '__defineGetter__',
] as const;
