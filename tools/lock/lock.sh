#!/bin/sh
# Pins what requirements*.in ask for, and sees that every machine that people have finds wheels of it.
#   tools/lock/lock.sh UV [--upgrade]
# Exit codes: 0 all is pinned and found; 1 something has no wheel, which is named.
set -eu
cd "$(dirname "$0")/../.."
uv=$1
shift

for name in requirements requirements-test requirements-audit; do
	"$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command 'make lock' "$@" "$name.in" -o "$name.txt"
	echo "$name.txt: $(grep -c '==' "$name.txt") packages"
done

failed=0
for python in 3.11 3.12 3.13 3.14; do
	for platform in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-apple-darwin aarch64-apple-darwin; do
		if said=$("$uv" pip install --dry-run --target "${TMPDIR:-/tmp}/nothing" --no-deps --require-hashes \
			--python-version "$python" --python-platform "$platform" --only-binary :all: \
			-r requirements.txt -r requirements-test.txt 2>&1); then
			echo "Python $python, $platform: ok"
		else
			failed=1
			printf 'Python %s, %s: FAILED\n%s\n' "$python" "$platform" "$said"
		fi
	done
done
exit $failed
