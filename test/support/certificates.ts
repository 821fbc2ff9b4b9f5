import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test. */
export interface Authority extends Certificate {
  /** Certificate of a server with these names or IPv4 addresses. */
  readonly issue: (...hosts: readonly string[]) => Certificate;
  /** The same, but valid until yesterday. */
  readonly issueExpired: (...hosts: readonly string[]) => Certificate;
}

/** Tags of DER. Source: X.690; the structure of certificates is that of RFC 5280. */
const SEQUENCE = 0x30;
const SET = 0x31;
const OID = 0x06;
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OID, Buffer.from('2a8648ce3d040302', 'hex')));

/** An authority with a certificate signed by itself. No test needs a program such as openssl. */
export function certificateAuthority(name = 'Authority of a test'): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const basicConstraints = extension('551d13', true, der(SEQUENCE, Buffer.from('0101ff', 'hex')));
  const issuer = { name, privateKey };
  const issue = (validDays: readonly [from: number, to: number], hosts: readonly string[]) => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = hosts.map((host) =>
      isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
    );
    const altNames = extension('551d11', false, der(SEQUENCE, ...names));
    return {
      cert: certificate(issuer, hosts[0] ?? '', pair.publicKey, [altNames], validDays),
      key: pemOf(pair.privateKey),
    };
  };
  return {
    cert: certificate(issuer, name, publicKey, [basicConstraints]),
    key: pemOf(privateKey),
    issue: (...hosts) => issue([-1, 1], hosts),
    issueExpired: (...hosts) => issue([-2, -1], hosts),
  };
}

function certificate(
  issuer: { readonly name: string; readonly privateKey: KeyObject },
  subject: string,
  publicKey: KeyObject,
  extensions: readonly Buffer[],
  [from, to]: readonly [from: number, to: number] = [-1, 1],
): string {
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    commonName(issuer.name),
    der(SEQUENCE, time(from), time(to)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  const bytes = der(SEQUENCE, toBeSigned, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extension(oid: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [Buffer.from('0101ff', 'hex')] : [];
  return der(SEQUENCE, der(OID, Buffer.from(oid, 'hex')), ...critical, der(0x04, value));
}

function commonName(name: string): Buffer {
  const attribute = der(SEQUENCE, der(OID, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)));
  return der(SEQUENCE, der(SET, attribute));
}

/** UTCTime, so many days from now. */
function time(days: number): Buffer {
  const digits = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}
