// A peer that a test started ends with it, however the test ends: its standard input closes.
export function endWithParent() {
  if (process.env.PEER_ENDS_WITH_STDIN === '1') {
    process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
  }
}
