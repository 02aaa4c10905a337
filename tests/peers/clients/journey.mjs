// What client journeys with a token at hand share: where the gateway is, and how a step's outcome is reported.
import { report, step, summary } from './steps.mjs';

const { GATEWAY_BASE: base, ACCESS_TOKEN: token, PATIENT: patient = 'example' } = process.env;
if (!base || !token) {
  console.error('GATEWAY_BASE and ACCESS_TOKEN are required');
  process.exit(2);
}

export { base, patient, report, step, summary, token };
