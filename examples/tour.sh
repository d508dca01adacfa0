#!/usr/bin/env bash
# Starts the shop and takes a debugger on a short tour of it. At a terminal the
# prompt is yours afterwards; otherwise the debugger detaches. The shop goes on
# all the while, and is stopped at the end.
#
#   usage: tour.sh TINYDBG SHOP
set -euo pipefail
tinydbg=$1 shop=$2
dir=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT

"$shop" >"$dir/log" 2>&1 &
pid=$!
until grep -qs "requests answered" "$dir/log"; do
	kill -0 "$pid" || { cat "$dir/log"; exit 1; }
	sleep 0.1
done
head -n 1 "$dir/log"

echo "source -x $(dirname "$0")/tour.txt" >"$dir/tour"
if [ -t 0 ] && [ -t 1 ]; then
	"$tinydbg" attach "$pid" --init "$dir/tour"
else
	"$tinydbg" attach "$pid" --init "$dir/tour" --allow-non-terminal-interactive </dev/null
fi

answered() { grep -c 'requests answered' "$dir/log"; }
before=$(answered)
for _ in $(seq 100); do
	[ "$(answered)" -gt "$before" ] && break
	sleep 0.1
done
kill "$pid"
wait "$pid"
tail -n 1 "$dir/log"
