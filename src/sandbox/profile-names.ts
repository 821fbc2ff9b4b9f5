/** Names of the profiles, apart from what they do, so that apps have the type without it. */
export const PROFILE_NAMES = [
  'rateLimitBursts',
  'rateLimitBurstsUnannounced',
  'hiddenLimit',
  'serverErrors',
  'slowAnswers',
  'hangingAnswers',
  'resets',
  'htmlErrors',
  'brokenJson',
  'expiredTokens',
  'revokedTokens',
  'missingPermissions',
  'throttledLogin',
  'refusedLogins',
  'resourceLimit',
  'packedAnswers',
  'foreignNotFound',
  'refusedBatches',
  'fewIds',
  'cutAnswers',
  'cutAnswersWithoutTotal',
  'emptyNames',
  'emptyTexts',
  'ownContactIds',
  'idsInUpperCase',
  'systemWrapUps',
  'allDivisions',
] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];

export function isProfileName(text: string): text is ProfileName {
  return PROFILE_NAMES.some((name) => name === text);
}
