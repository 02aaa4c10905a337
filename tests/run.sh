#!/usr/bin/env bash
# Runs the tests from a clean clone. The last line printed is "N passed, N failed, N skipped".
#   tests/run.sh [--fast | --prepare] [--no-build] [configuration]      default configuration: Debug
# --fast: only tests/PhiGateway.Tests, which needs the .NET SDK and nothing else, neither Postgres nor Node; without what is marked large.
# --prepare: fetches what the tests need and runs nothing; for whoever builds meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fast=no
prepare=no
build=yes
while [[ "${1:-}" == --* ]]; do
  case "$1" in
    --fast) fast=yes ;;
    --prepare) prepare=yes ;;
    --no-build) build=no ;;
    *)
      sed -n '2,5s/^# //p' "$0" >&2
      exit 2
      ;;
  esac
  shift
done
configuration="${1:-Debug}"

# --- 1. What the tests need and the package managers give ---
have() { command -v "$1" >/dev/null 2>&1; }
have_initdb() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

missing=()
if [[ "$fast" == no ]]; then
  have_initdb || missing+=(postgresql)
  have node || missing+=(nodejs)
  have npm || missing+=(npm)
  have curl || missing+=(curl)
  have openssl || missing+=(openssl)
  have haproxy || missing+=(haproxy)
  have nginx || missing+=(nginx)
  have stunnel || missing+=(stunnel4)
  have go || missing+=(golang-go)
  have promtool || missing+=(prometheus)
  have rsyslogd || missing+=(rsyslog)
  compgen -G '/usr/lib/*/rsyslog/lmnsd_ossl.so' >/dev/null || missing+=(rsyslog-openssl)
  have pgbouncer || missing+=(pgbouncer)
  have chromium || missing+=(chromium fonts-dejavu-core)
  [[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]] || missing+=(golang-golang-x-mod-dev)
fi
if [[ ${#missing[@]} -gt 0 ]]; then
  if have apt-get && [[ "$(id -u)" == 0 ]]; then
    echo "installing ${missing[*]}"
    # The cluster that Debian would start by itself is not wanted: the tests make their own.
    mkdir -p /etc/postgresql-common
    [[ -e /etc/postgresql-common/createcluster.conf ]] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  else
    echo "missing: ${missing[*]}. Install them (Debian: apt-get install ${missing[*]}) and run again." >&2
    exit 3
  fi
fi
if ! have dotnet; then
  echo "missing: the .NET SDK named in global.json." >&2
  exit 3
fi

# --- 2. The peers that come from npm, once per lock file, and the one whose package excludes another's ---
wanted="$(sha256sum tests/peers/package-lock.json | cut -d' ' -f1)"
stamp=tests/peers/node_modules/.lock-hash
if [[ "$fast" == no && "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]]; then
  (cd tests/peers && npm ci --no-audit --no-fund)
  printf '%s' "$wanted" >"$stamp"
fi
[[ "$fast" == yes ]] || tests/peers/syslog-ng.sh
[[ "$prepare" == no ]] || exit 0

# Hundreds of processes here live for seconds: a profile for a later tier and pages that are never writable and executable at once cost them
# several percent, and nothing that is tested hangs on either.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0

# --- 3. Build and run; each test project writes one result file ---
projects=()
for project in tests/*/*.csproj; do
  grep -q 'Include="Microsoft.NET.Test.Sdk"' "$project" || continue
  [[ "$fast" == no || "$project" == */PhiGateway.Tests.csproj ]] || continue
  projects+=("$project")
done
if [[ "$build" == yes ]]; then
  what=PhiGateway.sln
  [[ "$fast" == no ]] || what="${projects[0]}"
  dotnet build "$what" --configuration "$configuration" --nologo -v minimal
fi

# Entity Framework, Npgsql, YARP and the product would be compiled anew at each of the gateway's starts; --fast starts none.
if [[ "$fast" == no ]]; then
  tests/compile-ahead "$configuration" || echo "nothing compiled ahead of time: each start takes longer"
fi

# The console's line for each test, as a sum every few seconds; what failed stands at once and whole.
progress() {
  local passed=0 failed=0 shown=$SECONDS quiet=no class='' line='' got
  while true; do
    got=0
    IFS= read -r -t 5 line || got=$?
    if [[ "$got" != 0 && "$got" -le 128 ]]; then
      break
    fi
    if [[ "$got" == 0 ]]; then
      case "$line" in
        '  Passed '*)
          passed=$((passed + 1)) quiet=yes
          class="${line#  Passed }"
          class="${class%%(*}"
          class="${class%% \[*}"
          class="${class%.*}"
          ;;
        '  Failed '*)
          failed=$((failed + 1)) quiet=no
          printf '%s\n' "$line"
          ;;
        # What has been running for minutes is named; each failure, which the runner says once more by itself, is not.
        '[xUnit.net '*'[Long Running Test]'*) printf '%s\n' "$line" ;;
        '[xUnit.net '*) ;;
        # A test's own output, indented: of interest when it failed.
        ' '* | '') [[ "$quiet" == yes ]] || printf '%s\n' "$line" ;;
        *)
          quiet=no
          printf '%s\n' "$line"
          ;;
      esac
    fi
    if ((SECONDS - shown >= 10)); then
      shown=$SECONDS
      printf '  %4d s: %d passed, %d failed; last %s\n' "$SECONDS" "$passed" "$failed" "$class"
    fi
  done
}

results="$(mktemp -d)"
trap 'rm -rf "$results"' EXIT
status=0
found="${#projects[@]}"
few=()
[[ "$fast" == no ]] || few=(--filter 'Size!=Large')
for project in "${projects[@]}"; do
  name="$(basename "$project" .csproj)"
  # No test finishing for so long means that one waits for what will never come: the run ends, names it and has not passed.
  dotnet test "$project" --no-build --configuration "$configuration" --nologo "${few[@]}" \
    --blame-hang --blame-hang-timeout 5m --blame-hang-dump-type none \
    --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=normal" | progress || status=1
done

# --- 4. Totals over all result files ---
passed=0 failed=0 skipped=0 reported=0
count() { sed -n "s/.*<Counters [^>]*\b$1=\"\([0-9]*\)\".*/\1/p" "$2"; }
for file in "$results"/*.trx; do
  [[ -e "$file" ]] || continue
  reported=$((reported + 1))
  total="$(count total "$file")"
  executed="$(count executed "$file")"
  good="$(count passed "$file")"
  passed=$((passed + good))
  failed=$((failed + executed - good))
  skipped=$((skipped + total - executed))
done
# A project that died without a report has not passed.
if [[ "$found" == 0 || "$reported" != "$found" ]]; then
  echo "$reported of $found test projects reported" >&2
  status=1
fi
[[ "$failed" == 0 && "$passed" -gt 0 ]] || status=1
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
