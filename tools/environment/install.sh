#!/bin/sh
# Makes a Python environment, or adds packages to one; called by `make`, which says what in variables:
#   FOLDER        the environment
#   REQUIREMENTS  what it gets, every package pinned with its hash
#   READY         a file in it that says that all of this is there
#   ADD           not empty: into the environment that is there
#   PYTHONS       the Pythons to try, in this order
# An interrupted installation leaves no READY and is begun again. Only one make at a time works on a folder. A
# folder that is something else than an environment is never cleared, nor one behind a link, which may be
# another checkout's; that it is ours shows the lock, also when a clearing of it was killed.
set -fu
lock=$FOLDER/.groundwork-lock

stop() {
	printf '%s\n' "$@" >&2
	exit 1
}

install() {
	"$FOLDER/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps --no-compile \
		--require-hashes -r "$REQUIREMENTS"
}

# The requirements list every package, so pip need not look for more; byte code is written afterwards on all
# cores, which halves the time.
make_environment() {
	find "$FOLDER" -mindepth 1 -maxdepth 1 ! -name .groundwork-lock -exec rm -rf {} + &&
		"$python" -m venv "$FOLDER" && install &&
		{ "$FOLDER/bin/python" -m compileall -qq -j 0 "$FOLDER/lib" || true; }
}

if [ "${1-}" = --locked ]; then
	python=$2
	[ ! -e "$READY" ] || exit 0 # another make has done it in the meantime
	start=$(date +%s)
	log=$(mktemp) || exit 1
	if [ -n "$ADD" ]; then
		name=tools work=install
	else
		name=packages work=make_environment
		echo "Installing the Python packages into $FOLDER ($("$python" -V)); once, about a minute"
	fi
	if ! $work >"$log" 2>&1; then
		tail -n 15 "$log"
		rm -f "$log"
		stop 'The Python packages could not be installed; the reason is above.' \
			'When it is mended (network, proxy, disk space), run the same command again.'
	fi
	rm -f "$log"
	: >"$READY"
	printf '%-8s %-6s %4s s\n' "$name" ok $(($(date +%s) - start))
	exit 0
fi

python=
for each in $PYTHONS; do
	if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
		python=$each
		break
	fi
done
[ -n "$python" ] || stop "Python 3.11 or newer is needed; tried: $PYTHONS." \
	'Install it, or say where it is: make PYTHON=/path/to/python3.11 …'
if [ -z "$ADD" ]; then
	[ ! -L "$FOLDER" ] || stop "The folder $FOLDER is a link, and what is behind it is not cleared." \
		"Name that itself: make VENV=$(cd "$FOLDER" 2>/dev/null && pwd -P || echo /path/to/venv) …"
	mkdir -p "$FOLDER" 2>/dev/null && [ -w "$FOLDER" ] || stop "The folder $FOLDER cannot be written." \
		"Name another one: make VENV=\$HOME/.cache/groundwork/venv …"
	# Emptiness first: the lock is the first thing that another make, just begun, puts there.
	[ -z "$(ls -A "$FOLDER")" ] || [ -f "$FOLDER/pyvenv.cfg" ] || [ -f "$lock" ] ||
		stop "The folder $FOLDER holds something else than a Python environment. Name an empty one."
fi
exec "$python" tools/environment/locked.py "$lock" sh "$0" --locked "$python"
