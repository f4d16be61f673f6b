#!/usr/bin/env bash
# Makes an environment and releases the program into it.
#   infra/deploy.sh demo|production --group RESOURCE-GROUP     resources by ENV.bicepparam, then the release
#   infra/deploy.sh --release-only                             the release alone, into what azd has made (its outputs are in the environment)
#   infra/deploy.sh --package FILE.zip                         only makes the package; needs no Azure
# Needs: dotnet 10, npm, zip, unzip; and az, signed in, unless --package.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
environment=
group=
package=
release_only=no

usage() {
  sed -n '2,6p' "${BASH_SOURCE[0]}" >&2
  exit 64
}

while [ $# -gt 0 ]; do
  case $1 in
    demo | production) environment=$1 ;;
    --group) group=${2:-}; [ -n "$group" ] || usage; shift ;;
    --package) package=${2:-}; [ -n "$package" ] || usage; shift ;;
    --release-only) release_only=yes ;;
    *) usage ;;
  esac
  shift
done

# One folder as the host takes it: host.json, a folder per function, the executable with its run bit.
pack() {
  local zip=$1 folder
  folder=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$folder'" RETURN
  dotnet publish "$root/functions" -c Release -o "$folder/app" >&2
  chmod 755 "$folder/app/ECopy"
  rm -f "$zip"
  (cd "$folder/app" && zip -q -X -r "$zip" .)
  # Whatever made the folder: the host starts nothing that has lost its run bit.
  unzip -Z "$zip" ECopy | grep -q '^-rwx' || { echo "ECopy has no run bit in $zip" >&2; exit 1; }
  unzip -Z "$zip" host.json >/dev/null
}

if [ -n "$package" ]; then
  case $package in /*) ;; *) package=$PWD/$package ;; esac
  pack "$package"
  exit
fi

output() {
  az deployment group show --resource-group "$group" --name ecopy --query "properties.outputs.$1.value" --output tsv
}

if [ "$release_only" = yes ]; then
  group=${AZURE_RESOURCE_GROUP:?azd sets it}
  app=${functionAppName:?an output of main.bicep}
  account=${hostAccountName:?an output of main.bicep}
  container=${releasesContainer:?an output of main.bicep}
else
  if [ -z "$environment" ] || [ -z "$group" ]; then usage; fi
  az deployment group create --resource-group "$group" --name ecopy --parameters "$here/$environment.bicepparam" --output none
  app=$(output functionAppName)
  account=$(output hostAccountName)
  container=$(output releasesContainer)
fi

zip=$(mktemp -d)/ecopy.zip
pack "$zip"
stamp=$(date -u +%Y%m%dT%H%M%SZ)-$(git -C "$root" rev-parse --short HEAD)
# By its date first, so that there is something to go back to; then under the name that the app runs.
for name in "ecopy-$stamp.zip" ecopy.zip; do
  az storage blob upload --auth-mode login --account-name "$account" --container-name "$container" --name "$name" --file "$zip" --overwrite --output none
done
az functionapp restart --resource-group "$group" --name "$app"
# A package from an address is not looked into for triggers until somebody says so.
az rest --method post --url "https://management.azure.com$(az functionapp show --resource-group "$group" --name "$app" --query id --output tsv)/syncfunctiontriggers?api-version=2023-12-01" --output none
echo "released $stamp to $app"
