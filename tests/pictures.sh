#!/usr/bin/env bash
# Makes the pictures of docs/console.md and the README anew, of a demonstration that is started for it.
#   tests/pictures.sh [configuration]      default configuration: Debug
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tests/run.sh --prepare
PHIGW_CONSOLE_PICTURES=1 dotnet test tests/PhiGateway.EndToEnd --configuration "${1:-Debug}" --nologo \
  --filter FullyQualifiedName~ConsoleJourney
git status --short docs/console
