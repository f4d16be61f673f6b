#!/usr/bin/env bash
# The one test command. Installs what it needs (Debian packages, when root), builds everything, runs every suite and ends
# with "N passed, N failed" of real counts; omissions are named above that line and counted in it.
# The long runs are in tests/soak.sh.
# Started in the background, a shell ignores Ctrl-C and hands that on to every program that the tests start and interrupt.
[ -n "${ECOPY_SIGNALS:-}" ] || ECOPY_SIGNALS=default exec env --default-signal=INT,QUIT bash "$0" "$@"
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }

# Program → the Debian package that has it. A missing tool is an error, never a skipped test.
declare -A package=(
  [openssl]=openssl [qpdf]=qpdf [pdfsig]=poppler-utils [pdftotext]=poppler-utils [pdftoppm]=poppler-utils [pdffonts]=poppler-utils
  [mutool]=mupdf-tools [convert]=imagemagick [zbarimg]=zbar-tools [strace]=strace [python3]=python3
  [chromium]=chromium [shellcheck]=shellcheck [certutil]=libnss3-tools [pk12util]=libnss3-tools
)

missing() {
  local tool
  for tool in "${!package[@]}"; do
    if ! command -v "$tool" >/dev/null; then echo "${package[$tool]}"; continue; fi
    # Some systems have a small stand-in under ImageMagick's name.
    if [ "$tool" = convert ] && ! convert -version 2>/dev/null | grep -q ImageMagick; then echo imagemagick; fi
  done | sort -u
}

for tool in dotnet node npm; do
  command -v "$tool" >/dev/null || { say "$tool is missing: the .NET 10 SDK and Node.js 20 are needed."; exit 1; }
done
needed=$(missing)
if [ -n "$needed" ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "These packages are missing:" $needed
    exit 1
  fi
  say "Installing:" $needed
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $needed; } >/dev/null 2>&1 \
    || { say "apt-get could not install:" $needed; exit 1; }
  needed=$(missing)
  [ -z "$needed" ] || { say "Still missing after the installation:" $needed; exit 1; }
fi

if [ -n "${ECOPY_CORPUS:-}" ]; then
  [ -f "$ECOPY_CORPUS/manifest.tsv" ] || { say "ECOPY_CORPUS names $ECOPY_CORPUS, where there is no manifest.tsv"; exit 1; }
  ECOPY_CORPUS=$(cd "$ECOPY_CORPUS" && pwd)
  export ECOPY_CORPUS
elif [ ! -f ../shared/corpus/manifest.tsv ]; then
  say "OMITTED: the signed PDFs with known verdicts are not here (set ECOPY_CORPUS); their tests are counted as skipped."
fi

say "Seed ${ECOPY_SEED:-20261122} (ECOPY_SEED); each test that draws names its own."
say "Building …"
dotnet build ECopy.sln --verbosity quiet || { say "The build failed."; echo "0 passed, 1 failed"; exit 1; }

passed=0 failed=0 skipped=0 broken=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# What failed and why: the name, the reason's first lines and the end of what the test said.
failures() {
  python3 - "$1" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
space = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
for result in tree.parse(sys.argv[1]).getroot().iterfind(".//t:UnitTestResult[@outcome='Failed']", space):
    print("FAILED", result.get("testName"))
    for part in ("Message", "StackTrace"):
        text = result.find(f"./t:Output/t:ErrorInfo/t:{part}", space)
        lines = (text.text or "").strip().splitlines() if text is not None else []
        for line in lines[:12]: print("   ", line[:300])
    said = result.find("./t:Output/t:StdOut", space)
    if said is not None:
        for line in (said.text or "").strip().splitlines()[-12:]: print("    |", line[:300])
PYTHON
}

# The methods that failed, as a filter.
filter_of() {
  python3 - "$1" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
space = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
names = {result.get("testName").split("(")[0] for result in tree.parse(sys.argv[1]).getroot().iterfind(".//t:UnitTestResult[@outcome='Failed']", space)}
print("|".join(f"FullyQualifiedName={name}" for name in sorted(names)))
PYTHON
}

# One or two failures among hundreds may be the machine's: they are run once more, by themselves. What passes then is counted as
# passed and named as unsteady, with its reason: a defect to be found, of the test or of what it tests, but not of this change.
again() {
  local suite=$1 bad=$2
  [ "$bad" -le 2 ] || return 1
  say "   $bad failed; once more, by themselves"
  dotnet test "tests/ECopy.$suite.Tests" --no-build --nologo --verbosity quiet --filter "$(filter_of "$results/$suite.trx")" \
    --logger "trx;LogFileName=$results/$suite.again.trx" >"$results/$suite.again.log" 2>&1 || return 1
  # A filter that finds nothing ends well, too.
  grep -q '<Counters .*passed="[1-9]' "$results/$suite.again.trx" || return 1
  failures "$results/$suite.trx" | sed 's/^FAILED/UNSTEADY/' >>"$results/unsteady"
}

for suite in Signing Functions EndToEnd; do
  say "== ECopy.$suite.Tests"
  dotnet test "tests/ECopy.$suite.Tests" --no-build --nologo --verbosity quiet \
    --logger "trx;LogFileName=$results/$suite.trx" --logger "console;verbosity=normal" >"$results/$suite.log" 2>&1
  code=$?
  # Counts come from the result file, not from what was printed.
  counters=$(grep -o '<Counters [^>]*>' "$results/$suite.trx" 2>/dev/null | head -1)
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  total=$(count total) executed=$(count executed) ok=$(count passed)
  if [ -z "$total" ] || [ "$total" -eq 0 ]; then
    tail -40 "$results/$suite.log" >&2
    say "ECopy.$suite.Tests did not finish"
    broken=$((broken + 1))
    continue
  fi
  bad=$((executed - ok)) omitted=$((total - executed))
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + omitted))
  say "   $ok passed, $bad failed, $omitted skipped in $(sed -n 's/.*Test Run .*\|Total time: //p' "$results/$suite.log" | tail -1)"
  [ "$omitted" -eq 0 ] || grep -E '^\s*(Skipped|!) ' "$results/$suite.log" >&2
  if [ "$bad" -ne 0 ]; then
    if again "$suite" "$bad"; then passed=$((passed + bad)) failed=$((failed - bad))
    else failures "$results/$suite.trx" >>"$results/failures"; fi
  elif [ "$code" -ne 0 ]; then tail -40 "$results/$suite.log" >&2; broken=$((broken + 1)); fi
done

# Once more at the end, where it is found.
[ ! -s "$results/unsteady" ] || cat "$results/unsteady" >&2
[ ! -s "$results/failures" ] || cat "$results/failures" >&2
failed=$((failed + broken))
if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"
else echo "$passed passed, $failed failed"; fi
[ "$failed" -eq 0 ]
