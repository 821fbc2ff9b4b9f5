import type { GraphQLScalarType } from 'graphql';
import type { Resolvers, ResolversParentTypes } from '../generated/resolvers.ts';

/** Object types of the schema. */
type TypeName = {
  [Name in keyof Resolvers & keyof ResolversParentTypes]: NonNullable<Resolvers[Name]> extends
    GraphQLScalarType | { __resolveType: unknown }
    ? never
    : Name;
}[keyof Resolvers & keyof ResolversParentTypes];

type Fields<Type extends TypeName> = Required<Omit<NonNullable<Resolvers[Type]>, '__isTypeOf'>>;

/** Result type of a field's resolver, promised or not. */
type Given<Resolver> = Resolver extends (...args: never[]) => infer Result ? Result : never;

/**
 * Fields that the parent object does not answer by a property of the same name and a fitting type. Without a mapper
 * in codegen.ts these are all fields of the type: codegen then takes the schema's type for the parent, and no data source
 * gives that.
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
 * Resolvers of one type. A field that the parent object answers needs none; any other is required. So a missing resolver is
 * a compile error, and so is a field that the schema does not have.
 */
export type TypeResolvers<Type extends TypeName, Parent = ResolversParentTypes[Type]> = Pick<
  Fields<Type>,
  Unanswered<Type, Parent>
> &
  Partial<Fields<Type>>;

/** Resolvers of all types that need any. */
export type RequiredResolvers = {
  [Type in TypeName as [Unanswered<Type>] extends [never] ? never : Type]: TypeResolvers<Type>;
};
