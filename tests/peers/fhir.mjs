// The clinical system behind the gateway in tests.
//   node fhir.mjs [--port 0] [--base /fhir/R4] [--authorization "Bearer secret"] [--fixtures file.json]...
// Prints {"ready": base, "pid": …, "loaded": n} when it listens. With --authorization every other caller gets 401.
// Beside FHIR: GET|DELETE /__recorded (every request as it came), POST|DELETE /__faults (see fhir/faults.mjs).
import { parseArgs } from 'node:util';
import { Peer } from './fhir/peer.mjs';
import { endWithParent } from './lifeline.mjs';

endWithParent();

const { values } = parseArgs({ options: {
  port: { type: 'string', default: '0' },
  base: { type: 'string' },
  authorization: { type: 'string' },
  fixtures: { type: 'string', multiple: true },
} });
const peer = await Peer.start({ ...values, port: Number(values.port) });
console.log(JSON.stringify({ ready: peer.base, pid: process.pid, loaded: peer.store.count }));
