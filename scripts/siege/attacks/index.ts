import type { Attack } from '../attack.ts';
import type { Assault } from '../besiege.ts';
import { answers } from './answers.ts';
import { documents } from './documents.ts';
import { errors } from './errors.ts';
import { nesting } from './nesting.ts';
import { upstreamAnswers } from './upstream-answers.ts';
import { variables } from './variables.ts';

/** All attacks. A new kind is a file here, or an element of one. */
export const attacks: readonly Attack[] = [
  ...nesting,
  ...errors,
  ...variables,
  ...documents,
  ...upstreamAnswers,
  ...answers,
];

/** Outcomes of an attack that competes with all others: what waits for them can come too late. */
function beside(attack: Attack): Attack {
  if (attack.isFree === true) return attack;
  return { ...attack, outcomes: [...attack.outcomes, 'UPSTREAM_TIMEOUT', 'QUERY_TOO_EXPENSIVE time'] };
}

const mixtures: readonly Assault[] = [
  { name: 'mixture-of-refused', clients: 12, attacks: attacks.filter(({ isFree = false }) => isFree) },
  { name: 'mixture-of-upstream', clients: 6, attacks: upstreamAnswers },
  { name: 'mixture', clients: 12, attacks: attacks.map(beside) },
];

/** Attacks one by one, and mixtures of them. */
export const assaults: readonly Assault[] = [
  ...attacks.map((attack) => ({ name: attack.name, clients: attack.clients, attacks: [attack] })),
  ...mixtures,
];
