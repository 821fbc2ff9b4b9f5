import { partsOf } from '../lib/opaque-text.ts';
import { type AnyResource, type Registry, resources } from './index.ts';
import { contactId, usualId } from './wire/ids.ts';
import {
  CONTACT_OF_CAMPAIGN,
  contactNodeId,
  LONGEST_NODE_ID,
  nodeIdOf,
  scopedNodeId,
} from './wire/node-id.ts';

/** What the id of a node says. */
export interface NodeKey {
  readonly kind: string;
  /** GraphQL type of the node. */
  readonly type: string;
  /** Contact list, campaign or conversation within which the id is valid; empty where the id needs none. */
  readonly scope: string;
  /** The place within its scope of a node without an id. */
  readonly id: string | number;
}

/** Resource by whose calls a node is found, and what they ask for: the node's id, alone or within its scope, or the scope. */
interface NodeKind {
  readonly type: string;
  readonly resource: AnyResource;
  readonly askedBy: 'id' | 'scopedId' | 'scope';
  isId(value: unknown): value is string | number;
  /** Id of the node with this key. */
  nodeId(scope: string, id: string | number): string;
}

/** Kinds of nodes by name. */
export type NodeKinds = ReadonlyMap<string, NodeKind>;

const contact: NodeKind = {
  type: 'Contact',
  resource: resources.contacts,
  askedBy: 'scopedId',
  isId: contactId.is,
  nodeId: (scope, id) => contactNodeId('Contact', scope, String(id)),
};

/** Kinds whose ids need a scope. */
const scoped = {
  CampaignInteraction: {
    type: 'CampaignInteraction',
    resource: resources.campaignInteractions,
    askedBy: 'scope',
    // Any text will do: no call carries the id of an interaction.
    isId: isText,
    nodeId: (scope, id) => scopedNodeId('CampaignInteraction', scope, id),
  },
  Contact: contact,
  [CONTACT_OF_CAMPAIGN]: {
    ...contact,
    nodeId: (scope, id) => contactNodeId(CONTACT_OF_CAMPAIGN, scope, String(id)),
  },
  Participant: {
    type: 'Participant',
    resource: resources.conversations,
    askedBy: 'scope',
    isId: (value): value is string | number => isText(value) || isPlace(value),
    nodeId: (scope, id) => scopedNodeId('Participant', scope, id),
  },
} as const satisfies Record<string, NodeKind>;

export type ScopedKind = keyof typeof scoped;

/** Kinds of a registry: its entities, each by its type, and those whose ids need a scope. */
export function nodeKindsOf(registry: Registry): NodeKinds {
  const kinds = new Map<string, NodeKind>(Object.entries(scoped));
  for (const resource of Object.values(registry)) {
    if ('within' in resource || resource.resultType !== resource.type) continue;
    const { type, ids } = resource;
    const nodeId: NodeKind['nodeId'] = (_scope, id) => nodeIdOf(type, String(id));
    kinds.set(type, { type, resource, askedBy: 'id', isId: ids.is, nodeId });
  }
  return kinds;
}

export const nodeKinds = nodeKindsOf(resources);

/** Root field that gives a node, and its argument. */
export const NODE = 'node';
export const NODE_ID = 'nodeId';

/** Key of the node that an argument `nodeId` asks for; null where it asks for none that could be looked up. */
export function nodeKeyIn(
  { [NODE_ID]: given }: Readonly<Record<string, unknown>>,
  kinds: NodeKinds = nodeKinds,
): NodeKey | null {
  return typeof given === 'string' ? parseNodeId(given, kinds) : null;
}

/** Null for a text that is not the id of a node that could be looked up. */
export function parseNodeId(text: string, kinds: NodeKinds = nodeKinds): NodeKey | null {
  const [name, ...ids] = partsOf(text, LONGEST_NODE_ID);
  const kind = typeof name === 'string' ? kinds.get(name) : undefined;
  if (typeof name !== 'string' || kind === undefined) return null;
  const isScoped = kind.askedBy !== 'id';
  const [scope, id] = isScoped ? ids : ['', ...ids];
  if (typeof scope !== 'string' || (isScoped && !usualId.is(scope)) || !kind.isId(id)) return null;
  // A node is asked for by the very id that it has.
  return kind.nodeId(scope, id) === text ? { kind: name, type: kind.type, scope, id } : null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
