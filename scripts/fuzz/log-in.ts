import * as v from '@badrap/valita';

const loginSchema = v.object({ access_token: v.string() }).rest(v.unknown());

/** Tokens of the sandbox: each of them is another caller, with a quota of its own. */
export async function logIn(sandboxUrl: string, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const response = await fetch(`${sandboxUrl}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('sandbox:sandbox').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      return loginSchema.parse(await response.json()).access_token;
    }),
  );
}
