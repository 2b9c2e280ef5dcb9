#!/usr/bin/env bash
# The whole story of extension packages, from the sources of two strangers to events in a file:
# SDK -> packages -> a folder as feed -> install -> list -> a pipeline with bots of both -> refusals. Takes a minute or two.
# INTELMQCTL may name a built intelmqctl; otherwise one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

work=$(mktemp -d)
feed=$work/feed
export INTELMQ_ROOT_DIR=$work/root NUGET_PACKAGES=$work/packages
mkdir -p "$feed" "$INTELMQ_ROOT_DIR/etc"

if [ -z "${INTELMQCTL:-}" ]; then
  NUGET_PACKAGES='' dotnet build src/IntelMQ.Cli -v q
  INTELMQCTL=$PWD/artifacts/bin/IntelMQ.Cli/debug/intelmqctl
fi
finish() { "$INTELMQCTL" --quiet stop >/dev/null 2>&1 || true; rm -rf "$work"; }
trap finish EXIT

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

say "The packages for authors"
NUGET_PACKAGES='' dotnet pack src/IntelMQ.Sdk -c Release -v q -o "$feed"

say "Two strangers pack their bots, one with Newtonsoft.Json 13, one with 12"
cp -r samples "$work/samples"
find "$work/samples" -depth \( -name bin -o -name obj \) -exec rm -rf {} +
sed -i "s#../artifacts/feed#$feed#" "$work/samples/nuget.config"
for project in awesome-bots/Awesome.Bots brilliant-bots/Brilliant.Bots; do
  dotnet pack "$work/samples/$project" -v q -o "$feed"
done
ls "$feed"

say "Installing"
"$INTELMQCTL" extensions install Awesome.Bots --source "$feed"
"$INTELMQCTL" extensions install Brilliant.Bots --source "$feed"
"$INTELMQCTL" extensions list
"$INTELMQCTL" list bots --type json > "$work/bots.json"
for bot in collectors.awesome.special experts.awesome.json_version experts.brilliant.json_version; do
  grep "intelmq.bots.$bot" "$work/bots.json" || fail "$bot is not listed"
done

say "What Awesome gives besides bots"
"$INTELMQCTL" extensions inspect "$feed"/Awesome.Bots.1.0.0.nupkg > "$work/inspect.txt" || fail "the package file cannot be inspected"
for line in 'event:awesome.severity (Integer)' 'Awesome: Special: Findings' 'docs/special.md: The source Special' '1.0.0, intelmq.bots.collectors.awesome.special: The parameter feed_url' 'Awesome.Bots.OneCollectorCheck: Each feed has one collector'; do
  grep -F "$line" "$work/inspect.txt" || fail "inspect does not show: $line"
done
"$INTELMQCTL" extensions list | grep -F '1 field, 1 feed, 1 page, 1 upgrade, 1 check' || fail "the list does not show what the package gives besides bots"
"$INTELMQCTL" extensions docs Awesome.Bots | grep -F 'call somebody' || fail "the page of the package is not in its documentation"

say "A pipeline with bots of both packages and built-in ones"
cat > "$INTELMQ_ROOT_DIR/etc/runtime.yaml" <<YAML
special-collector:
  name: special-collector
  description: Fetches the feed.
  enabled: true
  run_mode: continuous
  module: intelmq.bots.collectors.awesome.special
  group: Collector
  parameters:
    name: Special
    provider: Awesome
    rate_limit: 3600
    destination_queues: { _default: [json-parser-queue] }
json-parser:
  name: json-parser
  description: Parses its lines.
  enabled: true
  run_mode: continuous
  module: intelmq.bots.parsers.json.parser
  group: Parser
  parameters:
    splitlines: true
    destination_queues: { _default: [awesome-expert-queue] }
awesome-expert:
  name: awesome-expert
  description: Adds the version of the library.
  enabled: true
  run_mode: continuous
  module: intelmq.bots.experts.awesome.json_version
  group: Expert
  parameters:
    destination_queues: { _default: [brilliant-expert-queue] }
brilliant-expert:
  name: brilliant-expert
  description: Adds the version of the library.
  enabled: true
  run_mode: continuous
  module: intelmq.bots.experts.brilliant.json_version
  group: Expert
  parameters:
    destination_queues: { _default: [file-output-queue] }
file-output:
  name: file-output
  description: Writes events.
  enabled: true
  run_mode: continuous
  module: intelmq.bots.outputs.file.output
  group: Output
  parameters:
    file: $work/events.txt
YAML
"$INTELMQCTL" check
sed 's/rate_limit: 3600/feed_url: https:\/\/example.com\//' "$INTELMQ_ROOT_DIR/etc/runtime.yaml" > "$work/old.yaml"
cp "$INTELMQ_ROOT_DIR/etc/runtime.yaml" "$work/new.yaml"
cp "$work/old.yaml" "$INTELMQ_ROOT_DIR/etc/runtime.yaml"
if "$INTELMQCTL" check > "$work/check.txt" 2>&1; then fail "check does not tell that the configuration needs an upgrade"; fi
grep -F "the parameter 'feed_url' is gone, the parameter 'http_url' is new" "$work/check.txt" || { cat "$work/check.txt"; fail "check does not say what the upgrade changes"; }
cp "$work/new.yaml" "$INTELMQ_ROOT_DIR/etc/runtime.yaml"
"$INTELMQCTL" start
for _ in $(seq 60); do
  [ -s "$work/events.txt" ] && break
  sleep 1
done
"$INTELMQCTL" stop
cat "$work/events.txt" 2>/dev/null || fail "no event arrived"
grep -q '"extra.awesome_json": 13' "$work/events.txt" || fail "Awesome.Bots did not use its own library"
grep -q '"extra.brilliant_json": 12' "$work/events.txt" || fail "Brilliant.Bots did not use its own library"

grep -q '"awesome.severity": 7' "$work/events.txt" || fail "the field that Awesome.Bots adds did not arrive"

say "What must be refused"
if "$INTELMQCTL" extensions install IntelMQ.Sdk --source "$feed"; then fail "a package without bots was installed"; fi
printf x >> "$(find "$INTELMQ_ROOT_DIR" -name Awesome.Bots.dll | head -1)"
if "$INTELMQCTL" extensions verify; then fail "a changed file was not noticed"; fi
"$INTELMQCTL" extensions restore --source "$feed"
"$INTELMQCTL" extensions verify
"$INTELMQCTL" extensions remove Brilliant.Bots
"$INTELMQCTL" list bots --type json > "$work/bots.json"
if grep -q brilliant "$work/bots.json"; then fail "a removed bot is still listed"; fi

say "All as it should be."
