#!/usr/bin/env bash
# How much longer a prompt of Fish takes with the module: prompt_cost.sh
#
# The same events that Fish sends around a prompt and a command are sent 1000 times in one Fish each, with the module and
# without; the processor's time of one round is told in microseconds, so that what else the machine does counts little. What
# is said goes to a terminal (script's), as it would.
set -eu
modules=$(cd "$(dirname "$0")/../modules" && pwd)
cat >/tmp/prompt_cost.$$.fish <<'FISH'
function round
    emit fish_preexec 'git status --short'
    emit fish_postexec 'git status --short'
    emit fish_prompt
    fish_prompt >/dev/null
end
function fish_prompt; echo '> '; end
set -q TOS_MODULE; and source $TOS_MODULE
for i in (seq 50); round; end
read -l began _ </proc/$fish_pid/schedstat
for i in (seq 1000); round; end
read -l ended _ </proc/$fish_pid/schedstat
math --scale 0 "($ended - $began) / 1000000" >$argv[1]
exec true
FISH
measure() {
    TOS_NONCE=00112233445566778899aabbccddeeff SHELL=/bin/sh script -qec \
        "$1 fish --no-config --interactive --init-command 'source /tmp/prompt_cost.$$.fish /tmp/prompt_cost.$$'" /dev/null >/dev/null
    cat /tmp/prompt_cost.$$
}
cd "$modules"
echo "without the module: $(measure "env") µs a round"
echo "with the module:    $(measure "env TOS_MODULE=$modules/fish/tos.fish") µs a round"
rm -f /tmp/prompt_cost.$$ /tmp/prompt_cost.$$.fish
