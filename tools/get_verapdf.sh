#!/bin/sh
# Fetches the PDF validator of the tests (veraPDF, GPLv3+ or MPL2+, never shipped) and checks what came.
#   tools/get_verapdf.sh [TARGET]        default: .cache/verapdf/cli.jar
set -eu

version=1.30.2
sum=287cc9c9757f99dcff4a2d39b68268245b48103fb6af443162d5a29df2afa332
target=${1:-.cache/verapdf/cli.jar}

sound() { [ -f "$target" ] && echo "$sum  $target" | sha256sum --check --status; }

sound && exit 0
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    "-Dartifact=org.verapdf.apps:cli:$version" "-DoutputDirectory=$(dirname "$target")" -Dmdep.stripVersion=true
[ "$(basename "$target")" = cli.jar ] || mv "$(dirname "$target")/cli.jar" "$target"
sound || {
    echo "The validator that was fetched to $target is not the one expected (SHA-256 differs)." >&2
    rm -f "$target"
    exit 1
}
