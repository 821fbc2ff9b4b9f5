/**
 * Yardstick of `node:http` (https://nodejs.org/api/http.html) and undici (https://undici.nodejs.org), no GraphQL library.
 * It knows the operations of this benchmark by their names and answers each in its own code, with the same calls and the
 * same batches as the others. It caches nothing from one request to the next.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answers, type Variables } from './hand-written/answers.ts';

interface Asked {
  readonly operationName: string;
  readonly variables: Variables;
}

const HEADERS = { 'content-type': 'application/graphql-response+json; charset=utf-8' };

createServer((request, response) => void answer(request, response)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await answerTo(request).catch(() =>
    Buffer.from('{"errors":[{"message":"Could not be answered"}]}'),
  );
  response.writeHead(200, { ...HEADERS, 'content-length': body.length });
  response.end(body);
}

async function answerTo(request: IncomingMessage): Promise<Buffer> {
  const { operationName, variables } = await bodyOf(request);
  const answered = answers[operationName];
  if (answered === undefined) throw new TypeError(`There is no operation ${operationName}.`);
  const data = await answered(variables, request.headers.authorization ?? '');
  return Buffer.from(JSON.stringify({ data }));
}

function bodyOf(request: IncomingMessage): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', reject);
    request.on('end', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()) as Asked);
      } catch (error) {
        reject(error);
      }
    });
  });
}
