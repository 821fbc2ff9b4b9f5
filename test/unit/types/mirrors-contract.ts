/**
 * Contract between the schema and the vendor's types. Nothing here runs; `npm run check:types` fails when the SDK no longer
 * has a property that the schema shows, when `mirrors.ts` does not name the source of a new field, and when the contract no
 * longer detects such errors.
 */
import type * as Sdl from '../../../src/generated/resolvers.ts';
import type { Mirror, MirroringType, mirrors } from '../../../scripts/drift/mirrors.ts';
import type { FormsOf, VendorModels } from '../../../scripts/drift/vendor-models.ts';

type Mirrors = typeof mirrors;

/** The schema's types by name: a namespace of types cannot be indexed. A type that is missing here does not compile. */
interface SdlTypes {
  CallRecord: Sdl.CallRecord;
  Campaign: Sdl.Campaign;
  CampaignInteraction: Sdl.CampaignInteraction;
  CampaignProgress: Sdl.CampaignProgress;
  CampaignStats: Sdl.CampaignStats;
  Contact: Sdl.Contact;
  ContactList: Sdl.ContactList;
  Conversation: Sdl.Conversation;
  Division: Sdl.Division;
  LinesUtilization: Sdl.LinesUtilization;
  Participant: Sdl.Participant;
  Queue: Sdl.Queue;
  RoutingStatus: Sdl.RoutingStatus;
  Script: Sdl.Script;
  Skill: Sdl.Skill;
  User: Sdl.User;
  UserPresence: Sdl.UserPresence;
  UserSkill: Sdl.UserSkill;
  WrapUpCode: Sdl.WrapUpCode;
  Wrapup: Sdl.Wrapup;
}

/** Forms in which the SDK may declare such a field; `uses.ts` derives the same from the schema at run time. */
type WantedOf<Value> = Value extends string
  ? 'string'
  : Value extends number
    ? 'number'
    : Value extends boolean
      ? 'boolean'
      : Value extends readonly (infer Element)[]
        ? `Array<${WantedOf<Element>}>`
        : Value extends { __typename?: infer Name extends MirroringType }
          ? Mirrors[Name] extends { inlined: true }
            ? `Models.${Mirrors[Name]['models'][number]}`
            : 'reference'
          : 'object';

/** Form of a map whose values make a list. */
type MapWantedOf<Value> = Value extends readonly (infer Element)[]
  ? `{ [key: string]: ${WantedOf<Element>}; }`
  : never;

/** Problem with reading a property in these forms; `never` for none. */
type PropertyProblem<Property, Wanted, Name, Models> = Property extends string
  ? Name extends keyof Models & string
    ? Property extends keyof Models[Name]
      ? [Extract<FormsOf<NonNullable<Models[Name][Property]>>, Wanted>] extends [never]
        ? `Models.${Name}.${Property} is ${FormsOf<NonNullable<Models[Name][Property]>>}, not ${Wanted & string}`
        : never
      : `Models.${Name} has no ${Property}`
    : never
  : never;

type SourceProblem<Source, Value, Name, Models> = Source extends string
  ? PropertyProblem<Source, WantedOf<Value>, Name, Models>
  : Source extends { model: infer Model; property: infer Property }
    ? PropertyProblem<Property, WantedOf<Value>, Model, Models>
    : Source extends { valuesOf: infer Property }
      ? PropertyProblem<Property, MapWantedOf<Value>, Name, Models>
      : 'reference' extends WantedOf<Value>
        ? PropertyProblem<Source[keyof Source], 'string', Name, Models>
        : 'is no reference';

type KeysOf<Said> = Said extends object ? keyof Said : never;

/** All problems of one type, as texts that name type and field; `never` when there are none. */
type Problem<
  Type extends MirroringType,
  Fields = SdlTypes[Type],
  Said extends Mirror = Mirrors[Type],
  Models = VendorModels,
  Found = Said['found'],
  Ours = Said['ours'],
  Mirroring extends keyof Fields = Exclude<keyof Fields, '__typename' | 'nodeId' | KeysOf<Ours>>,
> =
  | {
      [Field in Mirroring & string]: `${Type}.${Field}: ${SourceProblem<
        Field extends keyof Found ? Found[Field] : Field,
        NonNullable<Fields[Field]>,
        Said['models'][number],
        Models
      >}`;
    }[Mirroring & string]
  | `${Type}.${Exclude<KeysOf<Found> | KeysOf<Ours>, keyof Fields> & string}: the schema has no such field`;

type NoProblem<Found extends never> = Found;

// Types of the schema that are missing in `SdlTypes`.
export type Unlisted = NoProblem<Exclude<MirroringType, keyof SdlTypes>>;

// Problems of fields. Name the source of such a field in scripts/drift/mirrors.ts, under `found` or `ours`.
export type Contract = NoProblem<{ [Type in MirroringType]: Problem<Type> }[MirroringType]>;

/** Problems of users when the SDK changes some of their properties. */
type ProblemOfUser<Changed> = ProblemWith<Omit<VendorModels['User'], keyof Changed> & Changed>;
type ProblemWith<User> = Problem<'User', Sdl.User, Mirrors['User'], { User: User }>;

// @ts-expect-error -- the SDK dropped a property
export type Dropped = NoProblem<ProblemWith<Omit<VendorModels['User'], 'email'>>>;
export const dropped: Dropped = 'User.email: Models.User has no email';

// @ts-expect-error -- the SDK changed the type of a text
export type Retyped = NoProblem<ProblemOfUser<{ email?: VendorModels['WrapupCode'][] }>>;
export const retyped: Retyped = 'User.email: Models.User.email is Array<Models.WrapupCode>, not string';

// @ts-expect-error -- a reference needs an id
export type NoReference = NoProblem<ProblemOfUser<{ division?: { name?: string } }>>;
export const noReference: NoReference = 'User.division: Models.User.division is object, not reference';

// @ts-expect-error -- a reference is not enough where the vendor gave the whole
export type NotWhole = NoProblem<ProblemOfUser<{ presence?: VendorModels['DomainEntityRef'] }>>;
export const notWhole: NotWhole = 'User.presence: Models.User.presence is reference, not Models.UserPresence';

// @ts-expect-error -- a field was added that the table does not mention
export type Forgotten = NoProblem<Problem<'User', Sdl.User & { nickname?: string }>>;
export const forgotten: Forgotten = 'User.nickname: Models.User has no nickname';

// @ts-expect-error -- the table does not name a field of the gateway's own
export type ForgottenOurs = NoProblem<Problem<'Campaign', Sdl.Campaign, { models: ['Campaign'] }>>;
export const forgottenOurs: ForgottenOurs = 'Campaign.progress: Models.Campaign has no progress';

// @ts-expect-error -- the table names a property that the SDK does not have
export type Misspelt = NoProblem<Problem<'User', Sdl.User, { models: ['User']; found: { title: 'titel' } }>>;
export const misspelt: Misspelt = 'User.title: Models.User has no titel';

// @ts-expect-error -- the table names a field that the schema no longer has
export type Stale = NoProblem<Problem<'User', Sdl.User, { models: ['User']; ours: { nickname: 'made up' } }>>;
export const stale: Stale = 'User.nickname: the schema has no such field';

declare const withoutUser: Omit<Mirrors, 'User'>;

// @ts-expect-error -- a whole type is forgotten
export const forgottenType: Readonly<Record<MirroringType, Mirror>> = withoutUser;
