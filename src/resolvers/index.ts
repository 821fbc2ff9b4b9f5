import type { GraphQLScalarType } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';
import type { DispositionResolvers } from '../generated/resolvers.ts';
import { Campaign } from './Campaign.ts';
import { CampaignConnection } from './CampaignConnection.ts';
import { CampaignStats } from './CampaignStats.ts';
import { Contact } from './Contact.ts';
import { ContactList } from './ContactList.ts';
import { DateTime } from './DateTime.ts';
import { Division } from './Division.ts';
import { Node } from './Node.ts';
import { Query } from './Query.ts';
import { Queue } from './Queue.ts';
import { Script } from './Script.ts';
import { Skill } from './Skill.ts';
import type { RequiredResolvers } from './type-resolvers.ts';
import { User } from './User.ts';
import { WrapUpCode } from './WrapUpCode.ts';

const types: RequiredResolvers = {
  Campaign,
  CampaignConnection,
  CampaignStats,
  Contact,
  ContactList,
  Division,
  Query,
  Queue,
  Script,
  Skill,
  User,
  WrapUpCode,
};

const Disposition: DispositionResolvers = { OUTDATEDSDKVERSION: 'OutdatedSdkVersion' };

/** Types without an entry need no resolver: properties of their objects answer all of their fields. */
export const resolvers = {
  ...types,
  Node,
  DateTime: behaviourOf(DateTime),
  Disposition,
  JSON: behaviourOf(GraphQLJSON),
};

/** Functions of a scalar only: its own description would replace the one in the schema. */
function behaviourOf({ serialize, parseValue, parseLiteral }: GraphQLScalarType) {
  return { serialize, parseValue, parseLiteral };
}
