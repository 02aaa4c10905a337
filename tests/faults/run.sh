#!/usr/bin/env bash
# Kills and damages a real node under load, round after round, and asks an oracle afterwards what its trail does not tell.
#   tests/faults/run.sh [rounds] [seed] [configuration]      default: 100 rounds, a new seed, Debug
# Builds first; needs what tests/run.sh needs. The seed is printed: the same one takes the same chances again.
# Thousands of rounds are judged fifty at a time; how far it is stands in the file that is named at the start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rounds="${1:-100}"
seed="${2:-$((RANDOM * 32768 + RANDOM))}"
configuration="${3:-Debug}"
for number in "$rounds" "$seed"; do
  [[ "$number" =~ ^[0-9]+$ ]] || {
    sed -n '3,5s/^# //p' "$0" >&2
    exit 2
  }
done

progress="${PHIGW_FAULT_LOG:-$(mktemp -t phigw-faults-XXXXXX.log)}"
echo "rounds $rounds, seed $seed, progress in $progress"
dotnet build tests/PhiGateway.EndToEnd --configuration "$configuration" --nologo -v quiet
PHIGW_FAULT_ROUNDS="$rounds" PHIGW_FAULT_SEED="$seed" PHIGW_FAULT_LOG="$progress" dotnet test tests/PhiGateway.EndToEnd --no-build --nologo \
  --configuration "$configuration" --filter 'FullyQualifiedName~Faults.Rounds' --logger 'console;verbosity=detailed'
