// As many clinical systems as are asked for, each as fhir.mjs makes one, in one process: most of a start is reading the definitions of R4.
//   node fhirs.mjs
// Prints {"ready": address, "pid": …}. POST there with {"authorization", "self", "fixtures"} starts one and answers {"base": …}: by self it
// names itself in links and Location, as a server behind another name does. DELETE with ?base=… ends it.
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { Peer } from './fhir/peer.mjs';
import { Store } from './fhir/store.mjs';
import { endWithParent } from './lifeline.mjs';

endWithParent();
Store.share();

const peers = new Map();

async function answer(request) {
  if (request.method === 'POST') {
    const peer = await Peer.start(await json(request));
    peers.set(peer.base, peer);
    return { base: peer.base };
  }
  const base = new URL(request.url, 'http://localhost').searchParams.get('base');
  peers.get(base)?.end();
  return { ended: peers.delete(base) };
}

const listener = http.createServer(async (request, response) => {
  let [status, body] = [200, undefined];
  try {
    body = await answer(request);
  } catch (error) {
    [status, body] = [500, { error: String(error) }];
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
});
listener.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ ready: `http://127.0.0.1:${listener.address().port}/`, pid: process.pid })));
