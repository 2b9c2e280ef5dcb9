#!/usr/bin/env bash
# The whole story of an extension package, from packed files only: a new folder, `dotnet new`, a bot, `dotnet pack`,
# `intelmqctl extensions install`, the bot runs beside ours, moves to 1.1 while the others go on, and is removed.
# (two-organizations.sh: two packages that bring different versions of one library into one host, and what is refused.)
# Usage: samples/extension-story.sh    (INTELMQCTL=/path/to/intelmqctl to try one that is built already)
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export INTELMQ_ROOT_DIR=$work/intelmq
feed=$work/feed
hive=$work/templates
control() { "$INTELMQCTL" "$@"; }
say() { printf '\n\033[1m%s\033[0m\n' "$*" | if [[ -t 1 ]]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
fail() { echo "FAILED: $*" >&2; exit 1; }
finish() {
  local status=$?
  [[ -n "${INTELMQCTL:-}" && -d $INTELMQ_ROOT_DIR ]] && control -q stop >/dev/null 2>&1 || true
  if ((status)); then
    tail -n 40 "$INTELMQ_ROOT_DIR"/var/log/*.log 2>/dev/null || true
  fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT
until_true() { # what, command…
  local what=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    ((++tries < 300)) || { "$@" || true; fail "this did not come: $what"; }
    sleep 0.2
  done
}

say "1. What authors need: the SDK and the templates, packed"
if [[ -z "${INTELMQCTL:-}" ]]; then
  dotnet build "$repository/src/IntelMQ.Cli" -c Release --nologo -v quiet
  INTELMQCTL=$repository/artifacts/bin/IntelMQ.Cli/release/intelmqctl
fi
for project in src/IntelMQ.Sdk templates/IntelMQ.Templates.csproj; do
  dotnet pack "$repository/$project" -c Release -o "$feed" --nologo -v quiet
done
ls "$feed"

say "2. A new folder, a bot from the template"
mkdir -p "$work/author"
cd "$work/author"
cat > nuget.config <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <packageSources><add key="intelmq" value="$feed" /></packageSources>
</configuration>
XML
dotnet new install "$feed"/IntelMQ.Templates.*.nupkg --debug:custom-hive "$hive"
dotnet new intelmq-bot -n Acme.Bots --org "Acme Corp" --kind expert --debug:custom-hive "$hive" --no-update-check
cd Acme.Bots
lines=$(wc -l < Acme.Bots.csproj)
((lines <= 15)) || fail "the project file has $lines lines"
echo "Acme.Bots.csproj: $lines lines"

say "3. dotnet pack, install, list"
dotnet pack -c Release -p:Version=1.0.0 -o "$work/nupkgs" --nologo -v quiet
control extensions install "$work/nupkgs/Acme.Bots.1.0.0.nupkg"
control extensions list
control --type json list bots | python3 -c '
import json, sys
bots = {bot["module"]: (group, bot) for group, bots in json.load(sys.stdin).items() for bot in bots.values()}
group, bot = bots["intelmq.bots.experts.acme_corp.first"]
print(group, json.dumps(bot, indent=2))
assert group == "Expert" and bot["package"] == "Acme.Bots" and bot["version"] == "1.0.0", bot
assert bot["description"] == "Adds a text to every event.", bot
assert "intelmq.bots.experts.taxonomy.expert" in bots'

say "4. Configured, started: its events arrive"
mkdir -p "$INTELMQ_ROOT_DIR/etc" "$work/in"
cat > "$INTELMQ_ROOT_DIR/etc/runtime.yaml" <<YAML
collector:
  {group: Collector, name: collector, description: reads files, enabled: true, module: intelmq.bots.collectors.file.collector_file,
   parameters: {path: $work/in, postfix: .json, delete_file: true, rate_limit: 0.2, destination_queues: [parser-queue]}}
parser:
  {group: Parser, name: parser, description: reads events, enabled: true, module: intelmq.bots.parsers.json.parser,
   parameters: {splitlines: true, destination_queues: [acme-queue]}}
acme:
  {group: Expert, name: acme, description: ours, enabled: true, module: intelmq.bots.experts.acme_corp.first,
   parameters: {text: from version one, destination_queues: [output-queue]}}
output:
  {group: Output, name: output, description: writes a file, enabled: true, module: intelmq.bots.outputs.file.output,
   parameters: {file: $work/out/events.txt}}
YAML
control check
control start
send() { # numbers of events
  for number in "$@"; do echo "{\"source.ip\": \"192.0.2.$number\", \"classification.type\": \"scanner\"}"; done > "$work/in/.new"
  mv "$work/in/.new" "$work/in/batch-$1.json"
}
has_lines() { [[ -f $work/out/events.txt ]] && (($(wc -l < "$work/out/events.txt") == $1)); }
send 1 2 3
until_true "three events" has_lines 3
grep -c "from version one" "$work/out/events.txt"
head -n 1 "$work/out/events.txt"

say "5. Version 1.1 while the other bots go on"
sed -i 's/options\.Text/options.Text + " and more"/' FirstExpert.cs
dotnet pack -c Release -p:Version=1.1.0 -o "$work/nupkgs" --nologo -v quiet
host=$(cat "$INTELMQ_ROOT_DIR"/var/run/*.pid | head -n 1)
control extensions install "$work/nupkgs/Acme.Bots.1.1.0.nupkg"
control reload
send 4 5 6
until_true "three more events" has_lines 6
(($(grep -c "from version one and more" "$work/out/events.txt") == 3)) || fail "the new version did not run: $(tail -n 3 "$work/out/events.txt")"
[[ $(cat "$INTELMQ_ROOT_DIR"/var/run/*.pid | head -n 1) == "$host" ]] || fail "the host was restarted"
control status
control --type json list bots | grep -q '"version": "1.1.0"' || fail "list bots does not show 1.1.0"
tail -n 1 "$work/out/events.txt"

say "6. Removed"
control stop
control extensions remove Acme.Bots
! control --type json list bots | grep -q acme_corp || fail "the bot is still listed"
control extensions list
if control check; then fail "check does not tell that the bot is gone"; else echo "check says so: ok"; fi

say "The story holds."
