#!/usr/bin/env bash
# Kills and damages a real node under load, round after round, and asks an oracle afterwards what its trail does not tell.
#   tests/faults/run.sh [rounds] [seed] [configuration]      default: 100 rounds, a new seed, Debug
# Builds first; needs what tests/run.sh needs. The seed is printed: the same one takes the same chances again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rounds="${1:-100}"
seed="${2:-$((RANDOM * 32768 + RANDOM))}"
configuration="${3:-Debug}"
for number in "$rounds" "$seed"; do
  [[ "$number" =~ ^[0-9]+$ ]] || {
    sed -n '3,4s/^# //p' "$0" >&2
    exit 2
  }
done

echo "rounds $rounds, seed $seed"
dotnet build tests/PhiGateway.EndToEnd --configuration "$configuration" --nologo -v quiet
PHIGW_FAULT_ROUNDS="$rounds" PHIGW_FAULT_SEED="$seed" dotnet test tests/PhiGateway.EndToEnd --no-build --nologo \
  --configuration "$configuration" --filter 'FullyQualifiedName~Faults.Rounds' --logger 'console;verbosity=detailed'
