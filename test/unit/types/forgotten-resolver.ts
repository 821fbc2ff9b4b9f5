/**
 * Mistakes that must not compile. Nothing here runs; `npm run check:types` fails when one of them is no longer an error,
 * because a forgotten resolver or a wrong field would then go unnoticed.
 */
import type { GatewayContext } from '../../../src/context.ts';
import type { Reference } from '../../../src/datasources/wire/reference.ts';
import type * as Sdl from '../../../src/generated/resolvers.ts';
import { Queue } from '../../../src/resolvers/Queue.ts';
import { User } from '../../../src/resolvers/User.ts';
import type { RequiredResolvers, TypeResolvers } from '../../../src/resolvers/type-resolvers.ts';

const { email: _email, ...withoutEmail } = User;
const { name: _name, ...withoutName } = User;

// @ts-expect-error -- a field that needs the entity has no resolver
export const forgotten: TypeResolvers<'User'> = withoutEmail;

// @ts-expect-error -- the name, which a reference may lack, has no resolver
export const forgottenName: TypeResolvers<'User'> = withoutName;

// @ts-expect-error -- the schema has no such field
export const unknownField: TypeResolvers<'User'> = { ...User, emale: User.email };

export const wrongType: TypeResolvers<'User'> = {
  ...User,
  // @ts-expect-error -- text where the schema has a division
  division: (_user: Reference, _args: unknown, _context: GatewayContext) => 'division-1',
};

// @ts-expect-error -- the record answers all fields of this type, so the type needs no resolvers
export type PassedThrough = RequiredResolvers['CampaignInteraction'];

// @ts-expect-error -- a whole type is forgotten
export const forgottenType: Pick<RequiredResolvers, 'Queue' | 'User'> = { User };

// @ts-expect-error -- without a mapper in codegen.ts the parent is the schema's type, which no data source gives
export const unmapped: TypeResolvers<'Queue', Sdl.Queue> = Queue;
