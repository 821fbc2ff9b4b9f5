import { get, postIds } from '../shared/upstream.ts';
import {
  disposition,
  type Interaction,
  type InteractionLists,
  type Page,
  pageOf,
  type Progress,
  type Stats,
} from '../shared/values.ts';
import {
  loadCampaigns,
  loadContacts,
  loadQueues,
  loadScripts,
  loadSkills,
  loadUsers,
  nameless,
  present,
} from '../shared/bulk.ts';
import {
  campaignOf,
  contactOf,
  conversationOf,
  dateOf,
  named,
  queueOf,
  scriptOf,
  skillOf,
  userOf,
} from './project.ts';

export interface Variables {
  readonly campaignId: string;
  readonly first?: number;
  /** Id of a queue. */
  readonly id: string;
}

type Answer = (variables: Variables, authorization: string) => Promise<object>;

/** Answers to operations, by operation name. */
export const answers: Readonly<Record<string, Answer>> = {
  Screen: everyDetail,
  FreshScreen: everyDetail,

  async References(variables, authorization) {
    const page = await list(variables, authorization);
    const refs = referencesOf(page);
    const [campaigns, users, queues, scripts, skills] = await Promise.all([
      loadCampaigns(nameless(refs.campaigns), authorization),
      loadUsers(nameless(refs.agents), authorization),
      loadQueues(nameless(refs.queues), authorization),
      loadScripts(nameless(refs.scripts), authorization),
      loadSkills(nameless(refs.skills), authorization),
    ]);
    return answered(page, (row) => ({
      id: row.id,
      state: row.state,
      campaign: named(row.campaign, found(campaigns, row.campaign)) ?? null,
      agent: named(row.agent, found(users, row.agent)) ?? null,
      queue: named(row.queue, found(queues, row.queue)) ?? null,
      script: named(row.script, found(scripts, row.script)) ?? null,
      skills: row.skills?.map((skill) => named(skill, skills.get(skill.id))) ?? null,
    }));
  },

  async Agents(variables, authorization) {
    const page = await list(variables, authorization);
    const users = await loadUsers(referencesOf(page).agents, authorization);
    return answered(page, ({ id, state, agent }) => ({
      id,
      state,
      agent: userOf(agent, found(users, agent)) ?? null,
    }));
  },

  async QueueBoard(variables, authorization) {
    const page = await list(variables, authorization, ['INTERACTING', 'PREVIEWING']);
    const refs = referencesOf(page);
    const [queues, users] = await Promise.all([
      loadQueues(refs.queues, authorization),
      loadUsers(nameless(refs.agents), authorization),
    ]);
    return answered(page, ({ id, state, callPlacedTime, queue, agent }) => ({
      id,
      state,
      callPlacedTime: dateOf(callPlacedTime),
      queue: queueOf(queue, found(queues, queue)) ?? null,
      agent: named(agent, found(users, agent)) ?? null,
    }));
  },

  async Contacts(variables, authorization) {
    const page = await list(variables, authorization);
    const contacts = await loadContacts(referencesOf(page).contacts, authorization);
    return answered(page, ({ id, destinationAddress, contact }) => ({
      id,
      destinationAddress: destinationAddress ?? null,
      contact: contactOf(contact, found(contacts, contact)) ?? null,
    }));
  },

  async Conversations(variables, authorization) {
    const page = await list(variables, authorization);
    return answered(page, ({ id, conversation }) => ({
      id,
      conversation: conversationOf(conversation) ?? null,
    }));
  },

  async Skills(variables, authorization) {
    const page = await list(variables, authorization);
    const skills = await loadSkills(referencesOf(page).skills, authorization);
    return answered(page, (row) => ({
      id: row.id,
      state: row.state,
      skills: row.skills?.map((skill) => skillOf(skill, skills.get(skill.id))) ?? null,
    }));
  },

  async Times(variables, authorization) {
    const page = await list(variables, authorization);
    const scripts = await loadScripts(referencesOf(page).scripts, authorization);
    return answered(page, (row) => ({
      id: row.id,
      state: row.state,
      creationTime: dateOf(row.creationTime),
      callPlacedTime: dateOf(row.callPlacedTime),
      callRoutedTime: dateOf(row.callRoutedTime),
      previewConnectedTime: dateOf(row.previewConnectedTime),
      previewPopDeliveredTime: dateOf(row.previewPopDeliveredTime),
      lastActivePreviewWrapupTime: dateOf(row.lastActivePreviewWrapupTime),
      disposition: disposition(row.disposition),
      script: scriptOf(row.script, found(scripts, row.script)) ?? null,
    }));
  },

  async CampaignCard({ campaignId }, authorization) {
    const [campaigns, progress, stats] = await Promise.all([
      loadCampaigns([{ id: campaignId }], authorization),
      postIds<Progress[]>('/api/v2/outbound/campaigns/progress', [campaignId], authorization),
      postIds<{ entities: Stats[] }>(
        '/api/v2/outbound/campaigns/performance/query',
        [campaignId],
        authorization,
      ),
    ]);
    const campaign = campaigns.get(campaignId);
    if (campaign === undefined) return { campaign: null };
    const done = progress.find((each) => each.campaign.id === campaignId);
    const figures = stats.entities.find((each) => each.campaign.id === campaignId);
    return {
      campaign: {
        ...campaignOf(campaign, campaign),
        dateCreated: dateOf(campaign.dateCreated),
        progress: done
          ? {
              numberOfContactsCalled: done.numberOfContactsCalled ?? null,
              totalNumberOfContacts: done.totalNumberOfContacts ?? null,
              percentage: done.percentage ?? null,
            }
          : null,
        stats: figures
          ? {
              idleAgents: figures.idleAgents ?? null,
              outstandingCalls: figures.outstandingCalls ?? null,
              scheduledCalls: figures.scheduledCalls ?? null,
              connectRatio: figures.contactRate?.connectRatio ?? null,
            }
          : null,
      },
    };
  },

  async OneQueue({ id }, authorization) {
    const queue = (await loadQueues([{ id }], authorization)).get(id);
    return {
      queue: queue
        ? { id: queue.id, name: queue.name ?? null, description: queue.description ?? null }
        : null,
    };
  },
};

async function everyDetail(variables: Variables, authorization: string): Promise<object> {
  const page = await list(variables, authorization);
  const refs = referencesOf(page);
  const [campaigns, users, queues, contacts, scripts, skills] = await Promise.all([
    loadCampaigns(refs.campaigns, authorization),
    loadUsers(refs.agents, authorization),
    loadQueues(refs.queues, authorization),
    loadContacts(refs.contacts, authorization),
    loadScripts(refs.scripts, authorization),
    loadSkills(refs.skills, authorization),
  ]);
  return answered(page, (row) => ({
    id: row.id,
    state: row.state,
    creationTime: dateOf(row.creationTime),
    callPlacedTime: dateOf(row.callPlacedTime),
    disposition: disposition(row.disposition),
    dispositionCode: row.disposition ?? null,
    destinationAddress: row.destinationAddress ?? null,
    dialingMode: row.dialingMode ?? null,
    campaign: campaignOf(row.campaign, found(campaigns, row.campaign)) ?? null,
    agent: userOf(row.agent, found(users, row.agent)) ?? null,
    queue: queueOf(row.queue, found(queues, row.queue)) ?? null,
    contact: contactOf(row.contact, found(contacts, row.contact)) ?? null,
    script: scriptOf(row.script, found(scripts, row.script)) ?? null,
    skills: row.skills?.map((skill) => skillOf(skill, skills.get(skill.id))) ?? null,
  }));
}

async function list(
  { campaignId, first = 100 }: Variables,
  authorization: string,
  states?: readonly string[],
): Promise<Page> {
  const path = `/api/v2/outbound/campaigns/${encodeURIComponent(campaignId)}/interactions`;
  return pageOf(await get<InteractionLists>(path, authorization), first, states);
}

function answered({ totalCount, pageInfo, nodes }: Page, nodeOf: (row: Interaction) => object): object {
  return { campaignInteractions: { totalCount, pageInfo, nodes: nodes.map(nodeOf) } };
}

/** References of all rows of a page, with duplicates. */
function referencesOf({ nodes }: Page) {
  return {
    campaigns: present(nodes.map(({ campaign }) => campaign)),
    agents: present(nodes.map(({ agent }) => agent)),
    queues: present(nodes.map(({ queue }) => queue)),
    contacts: present(nodes.map(({ contact }) => contact)),
    scripts: present(nodes.map(({ script }) => script)),
    skills: nodes.flatMap(({ skills }) => skills ?? []),
  };
}

function found<Entity>(
  entities: ReadonlyMap<string, Entity>,
  ref: { readonly id: string } | undefined,
): Entity | undefined {
  return ref && entities.get(ref.id);
}
