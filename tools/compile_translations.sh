#!/bin/sh
# Compiles resources/translations/*.po (needs gettext's msgfmt). Run after editing; a test compares both.
set -eu
cd "$(dirname "$0")/../resources/translations"
for catalogue in *.po; do
    msgfmt --check -o "de/LC_MESSAGES/${catalogue%.po}.mo" "$catalogue"
done
