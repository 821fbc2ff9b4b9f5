import { type GatewayError, whyUnknown } from './gateway-error.ts';
import { type DocumentType, graphql } from './generated/index.ts';

/** What a line of the list shows. The agent's e-mail address is a detail that the upstream has to be asked for. */
const InteractionLine = graphql(/* GraphQL */ `
  fragment InteractionLine on CampaignInteraction {
    state
    agent {
      id
      name
      email
    }
    contact {
      id
      name
    }
    queue {
      name
    }
  }
`);

type Interaction = DocumentType<typeof InteractionLine>;

/** One interaction as a line of text: who talks to whom. */
export function interactionLine(
  { state, agent, contact, queue }: Interaction,
  errors: readonly GatewayError[],
): string {
  const who = `${agentText(agent, errors)} → ${contact?.name ?? contact?.id ?? 'nobody'}`;
  const line = `${state.padEnd(11)}  ${who}, ${queue?.name ?? 'no queue'}`;
  // Names are what somebody typed in: none may steer the terminal.
  return line.replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

function agentText(agent: Interaction['agent'], errors: readonly GatewayError[]): string {
  if (agent === null) return 'nobody yet';
  const name = agent.name ?? agent.id;
  if (agent.email !== null) return `${name} <${agent.email}>`;
  return whyUnknown(errors, 'User', agent.id) === undefined
    ? `${name} (e-mail unknown to the upstream)`
    : `${name} (e-mail could not be known)`;
}
