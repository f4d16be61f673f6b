#!/usr/bin/env bash
# The long runs of the crash tests: hours, not minutes. Counts and seed can be set; each run prints what it used.
#   ECOPY_KILLS         kills at each step (20)
#   ECOPY_RANDOM_KILLS  kills at random times (500)
#   ECOPY_SEED          of those times (drawn, printed)
#   ECOPY_RUSHES        rounds of 20 processes beside 64 orders (5)
#   ECOPY_HOSTED_REQUESTS  requests at once behind the played Functions host (200), while
#   ECOPY_HOSTED_KILLS     the handler is killed so often (12)
#   ECOPY_SOAK          the longer loops of the other suites (1)
#   ECOPY_FLIPS         flipped bits of a large signed copy (10000)
#   ECOPY_FUZZ_PDF      rounds of the fuzz of the PDF reader (1000000)
set -euo pipefail
cd "$(dirname "$0")/.."
export ECOPY_KILLS="${ECOPY_KILLS:-20}" ECOPY_RANDOM_KILLS="${ECOPY_RANDOM_KILLS:-500}" ECOPY_SEED="${ECOPY_SEED:-$((RANDOM * 32768 + RANDOM))}"
export ECOPY_HOSTED_REQUESTS="${ECOPY_HOSTED_REQUESTS:-200}" ECOPY_HOSTED_KILLS="${ECOPY_HOSTED_KILLS:-12}"
export ECOPY_RUSHES="${ECOPY_RUSHES:-5}" ECOPY_SOAK="${ECOPY_SOAK:-1}" ECOPY_FUZZ_PDF="${ECOPY_FUZZ_PDF:-1000000}" ECOPY_FLIPS="${ECOPY_FLIPS:-10000}"
echo "kills at each step $ECOPY_KILLS, at random times $ECOPY_RANDOM_KILLS (seed $ECOPY_SEED), rushes $ECOPY_RUSHES, hosted requests $ECOPY_HOSTED_REQUESTS with $ECOPY_HOSTED_KILLS kills, fuzz $ECOPY_FUZZ_PDF"

dotnet build ECopy.sln --nologo --verbosity quiet
status=0
for suite in ECopy.EndToEnd.Tests ECopy.Functions.Tests ECopy.Signing.Tests; do
  dotnet test "tests/$suite" --no-build --nologo --logger "console;verbosity=detailed" || status=1
done
exit "$status"
