import type { Models } from 'purecloud-platform-client-v2';

import { attemptAt, attemptInCycle, stageAt, type Stage } from './dialing-attempt.ts';
import { castOf, castsAt, conversationId, type Cast, type RunningCampaign } from './generate-cast.ts';
import { conversationAt, dialerParticipantId, iso } from './generate-conversation.ts';
import { refOf } from './generate-people.ts';

/** Time between the creation of a scheduled interaction and its attempt. */
const SCHEDULED_AHEAD_MS = 600_000;
const POP_MS = 800;

/** Answer of the interactions endpoint for a running campaign. A stopping campaign takes no new contacts. */
export function interactionsAt(running: RunningCampaign, atMs: number): Models.CampaignInteractions {
  const casts = castsAt(running, atMs);
  const inStage = (stage: Stage) =>
    casts
      .filter(({ attempt }) => stageAt(attempt, atMs) === stage)
      .map((cast) => interactionAt(cast, stage, atMs));
  const isStopping = running.campaign.campaignStatus === 'stopping';
  return {
    campaign: refOf(running.campaign),
    pendingInteractions: isStopping ? [] : inStage('pending'),
    proceedingInteractions: inStage('proceeding'),
    previewingInteractions: inStage('previewing'),
    interactingInteractions: inStage('interacting'),
    scheduledInteractions: isStopping ? [] : inStage('scheduled'),
  };
}

/** The conversation with this id, if it belongs to the current or the previous attempt of a slot. */
export function findConversation(
  running: RunningCampaign,
  id: string,
  atMs: number,
): Models.Conversation | undefined {
  const plan = { ...running, campaignId: running.id };
  for (let slot = 0; slot < running.slots; slot += 1) {
    const current = attemptAt(plan, slot, atMs);
    for (const attempt of [current, attemptInCycle(plan, slot, current.cycle - 1)]) {
      if (conversationId(attempt) === id) return conversationAt(castOf(running, attempt), atMs);
    }
  }
  return undefined;
}

function interactionAt(cast: Cast, stage: Stage, atMs: number): Models.CampaignInteraction {
  const { running, attempt, contact, agent } = cast;
  const { campaign } = running;
  const isPreview = running.dialingMode === 'preview';
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
    dialingMode: running.dialingMode,
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
    ...(isAnalysed(cast, atMs) && { disposition: cast.disposition }),
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

/** Call analysis has its result about halfway through the dialing. */
function isAnalysed({ attempt }: Cast, atMs: number): boolean {
  const placed = attempt.begins.get('proceeding') ?? Infinity;
  const answered = attempt.begins.get('interacting') ?? attempt.endsAtMs;
  return atMs >= (placed + answered) / 2;
}
