import { pick, randomFor } from '../../src/sandbox/random.ts';
import { Finding } from '../soak/finding.ts';
import { type Attack, tokenOf } from './attack.ts';
import { judge } from './judge.ts';
import { send } from './send.ts';

/** Attacks that come at the same time. */
export interface Assault {
  readonly name: string;
  readonly clients: number;
  /** Each request is of one of these, drawn at random. */
  readonly attacks: readonly Attack[];
}

/** What the clients of an assault have sent and received. */
export class Course {
  requests = 0;
  sentBytes = 0;
  answerBytes = 0;
  readonly outcomes = new Map<string, number>();
  readonly wrong = new Finding();

  count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}

interface Siege {
  readonly port: number;
  readonly seed: number;
  /** False once the clients shall stop; each has sent at least one request by then. */
  readonly goesOn: () => boolean;
}

/** Lets all clients of the assault send requests, one after another, as long as it goes on. */
export async function besiege({ name, clients, attacks }: Assault, siege: Siege): Promise<Course> {
  const course = new Course();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const random = randomFor(siege.seed, name, client);
      do {
        // oxlint-disable-next-line eslint/no-await-in-loop -- one request after another
        await sendOne(pick(random, attacks), random, siege.port, course);
      } while (siege.goesOn());
    }),
  );
  return course;
}

async function sendOne(attack: Attack, random: () => number, port: number, course: Course): Promise<void> {
  const request = attack.request(random);
  course.requests += 1;
  course.sentBytes += Buffer.byteLength(request.body ?? request.path);
  try {
    const reply = await send(port, request, request.isAnonymous ? null : tokenOf(attack), random());
    if (reply === null) return course.count('left');
    course.answerBytes += reply.sentBytes;
    const { outcomes, problems } = judge(reply, attack);
    for (const outcome of outcomes) course.count(outcome);
    for (const problem of problems) course.wrong.add(`${attack.name}: ${problem}`);
  } catch (error) {
    course.count('no answer');
    course.wrong.add(`${attack.name}: ${String(error)}`);
  }
}
