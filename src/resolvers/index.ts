import type { GraphQLScalarType } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';
import type { DispositionResolvers } from '../generated/resolvers.ts';
import { Campaign } from './Campaign.ts';
import { CampaignConnection } from './CampaignConnection.ts';
import { Contact } from './Contact.ts';
import { ContactList } from './ContactList.ts';
import { DateTime } from './DateTime.ts';
import { Division } from './Division.ts';
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

/** Types that stand here are answered by more than properties of what was read; the others need no resolver. */
export const resolvers = {
  ...types,
  DateTime: behaviourOf(DateTime),
  Disposition,
  JSON: behaviourOf(GraphQLJSON),
};

/** What a scalar does. What is to be read about it stands in the schema, where the scalar's own text would take its place. */
function behaviourOf({ serialize, parseValue, parseLiteral }: GraphQLScalarType) {
  return { serialize, parseValue, parseLiteral };
}
