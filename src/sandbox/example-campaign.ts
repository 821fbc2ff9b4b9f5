/** Id of a campaign of each generated organisation, for example queries. */
export const EXAMPLE_CAMPAIGN_ID = '5a11ab1e-0000-4000-8000-000000000001';
