import type { GraphQLScalarType } from 'graphql';
import type { Resolvers, ResolversParentTypes } from '../generated/resolvers.ts';

/** The object types of the schema. */
type TypeName = {
  [Name in keyof Resolvers & keyof ResolversParentTypes]: NonNullable<Resolvers[Name]> extends
    GraphQLScalarType | { __resolveType: unknown }
    ? never
    : Name;
}[keyof Resolvers & keyof ResolversParentTypes];

type Fields<Type extends TypeName> = Required<Omit<NonNullable<Resolvers[Type]>, '__isTypeOf'>>;

/** What a field's resolver may give, promised or not. */
type Given<Resolver> = Resolver extends (...args: never[]) => infer Result ? Result : never;

/**
 * The fields that the object handed to the resolvers does not answer by a property of the same name and a fitting type. Of
 * an entity for which codegen.ts names no mapper that is all of them: what codegen takes the object for then, the type as the
 * schema has it, is what no data source gives.
 */
type Unanswered<Type extends TypeName, Parent = ResolversParentTypes[Type]> =
  '__typename' | 'selfUri' extends keyof Parent
  ? keyof Fields<Type>
  : {
      [Field in keyof Fields<Type>]: Field extends keyof Parent
        ? [Parent[Field]] extends [never]
          ? Field
          : Exclude<Parent[Field], undefined> extends Given<Fields<Type>[Field]>
            ? never
            : Field
        : Field;
    }[keyof Fields<Type>];

/**
 * The resolvers of one type. A field that the parent object answers by itself needs none; any other is required, so that a
 * forgotten resolver does not compile, and neither does a field that the schema does not have.
 */
export type TypeResolvers<Type extends TypeName, Parent = ResolversParentTypes[Type]> = Pick<
  Fields<Type>,
  Unanswered<Type, Parent>
> &
  Partial<Fields<Type>>;

/** The resolvers of all types that need any. */
export type RequiredResolvers = {
  [Type in TypeName as [Unanswered<Type>] extends [never] ? never : Type]: TypeResolvers<Type>;
};
