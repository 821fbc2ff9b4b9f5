import type { Models } from 'purecloud-platform-client-v2';

import type { Stage } from './dialing-attempt.ts';
import { castOf, conversationId, type Cast, type CastParts } from './generate-cast.ts';
import { conversationAt, dialerParticipantId } from './generate-conversation.ts';
import { refOf } from './generate-people.ts';
import { iso } from './iso.ts';
import type { CampaignState, Story } from './story.ts';

/** Time between the creation of a scheduled interaction and its attempt. */
const SCHEDULED_AHEAD_MS = 600_000;
const POP_MS = 800;

/** Answer of the interactions endpoint for a running campaign. */
export function interactionsAt(
  { running, calls }: CampaignState,
  parts: CastParts,
  atMs: number,
): Models.CampaignInteractions {
  const inStage = (wanted: Stage) =>
    calls
      .filter(({ stage }) => stage === wanted)
      .map(({ attempt, stage }) => interactionAt(castOf(running, attempt, parts), stage, atMs));
  return {
    campaign: refOf(running.campaign),
    pendingInteractions: inStage('pending'),
    proceedingInteractions: inStage('proceeding'),
    previewingInteractions: inStage('previewing'),
    interactingInteractions: inStage('interacting'),
    scheduledInteractions: inStage('scheduled'),
  };
}

/** The conversation with this id, if it belongs to a recent attempt. */
export function findConversation(
  { campaigns }: Story,
  parts: CastParts,
  id: string,
  atMs: number,
): Models.Conversation | undefined {
  for (const running of campaigns.values()) {
    for (const attempt of running.calls.attemptsAround(atMs)) {
      if (conversationId(attempt) === id) return conversationAt(castOf(running, attempt, parts), atMs);
    }
  }
  return undefined;
}

function interactionAt(cast: Cast, stage: Stage, atMs: number): Models.CampaignInteraction {
  const { running, attempt, contact, agent } = cast;
  const { campaign } = running;
  const { dialingMode } = campaign;
  const isPreview = dialingMode === 'preview';
  const isScheduled = attempt.begins.has('scheduled');
  const hasAgent =
    stage === 'interacting' || (isPreview && (stage === 'previewing' || stage === 'proceeding'));
  const conversation = conversationAt(cast, atMs);
  const times = timesAt(cast, atMs);
  return {
    id: cast.interactionId,
    campaign: refOf(campaign),
    contact: refOf(contact),
    destinationAddress: cast.phone,
    dialingMode,
    callerName: campaign.callerName,
    callerAddress: campaign.callerAddress,
    creationTime: iso(attempt.startsAtMs - (isScheduled ? SCHEDULED_AHEAD_MS : 0)),
    ...(isPreview && { activePreviewCall: stage === 'previewing' }),
    // The contact was previewed before, and postponed.
    ...(isPreview && isScheduled && { lastActivePreviewWrapupTime: iso(attempt.startsAtMs) }),
    ...times,
    ...(hasAgent && agent !== null && { agent: refOf(agent) }),
    ...(campaign.queue !== undefined && { queue: campaign.queue }),
    ...(campaign.script !== undefined && { script: campaign.script }),
    ...(cast.skills.length > 0 && { skills: cast.skills.map(refOf) }),
    ...(attempt.analysedAtMs <= atMs && { disposition: cast.disposition }),
    ...(conversation !== undefined && { conversation, dialerSystemParticipantId: dialerParticipantId(cast) }),
  };
}

function timesAt({ attempt }: Cast, atMs: number): Partial<Models.CampaignInteraction> {
  const past = (timeMs: number | undefined) => timeMs !== undefined && timeMs <= atMs;
  const previewed = attempt.begins.get('previewing');
  const placed = attempt.begins.get('proceeding');
  const routed = attempt.begins.get('interacting');
  return {
    ...(previewed !== undefined && past(previewed) && { previewConnectedTime: iso(previewed) }),
    ...(previewed !== undefined &&
      past(previewed + POP_MS) && { previewPopDeliveredTime: iso(previewed + POP_MS) }),
    ...(placed !== undefined && past(placed) && { callPlacedTime: iso(placed) }),
    ...(routed !== undefined && past(routed) && { callRoutedTime: iso(routed) }),
  };
}
