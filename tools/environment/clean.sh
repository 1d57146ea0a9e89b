#!/bin/sh
# Deletes Python environments, the tools' caches and what was written here, and says what it has deleted and what
# not: `clean.sh FOLDER…`, the environments.
set -fu
deleted=
for folder in "$@"; do
	if [ -L "$folder" ]; then
		echo "$folder is kept: it is a link, and what is behind it may be another checkout's."
	elif [ ! -e "$folder" ]; then
		:
	elif [ -f "$folder/pyvenv.cfg" ] || [ -f "$folder/.groundwork-lock" ]; then
		# Under another name first: a deletion that is killed leaves nothing that looks like an environment.
		away=$folder.deleted.$$
		mv "$folder" "$away" 2>/dev/null || away=$folder
		rm -rf "$away" && deleted="$deleted $folder"
	else
		echo "$folder is kept: it is no Python environment."
	fi
done
for folder in manifests timelines .pytest_cache .mypy_cache .ruff_cache .hypothesis; do
	[ ! -e "$folder" ] || { rm -rf "$folder" && deleted="$deleted $folder"; }
done
[ -n "$deleted" ] && echo "Deleted:$deleted." || echo 'There was nothing to delete.'
echo 'The rehearsals and the engine are in your home folder; see make reset.'
