#!/bin/sh
# Makes sure that the system packages of a purpose are there: `base` to run the program, `tests` to check it.
# As root on Debian or Ubuntu it installs what is missing; otherwise it says in one line what to install.
set -eu

missing=""
need() { # need PACKAGE TEST…: asks for PACKAGE unless TEST succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
library() { ldconfig -p | grep -q "$1"; }
python_module() { "${PYTHON:-python3}" -c "import $1"; }

case "$1" in
base)
    need python3-venv python_module ensurepip
    ;;
tests)
    need default-jre-headless command -v java
    need maven command -v mvn
    need poppler-utils command -v pdftotext
    need gettext command -v msgfmt
    need xvfb command -v Xvfb
    for pair in libegl1:libEGL.so.1 libgl1:libGL.so.1 libxkbcommon0:libxkbcommon.so.0 libdbus-1-3:libdbus-1.so.3 \
        libfontconfig1:libfontconfig.so.1 libglib2.0-0:libglib-2.0.so.0; do
        need "${pair%%:*}" library "${pair##*:}"
    done
    ;;
*)
    echo "usage: $0 base|tests" >&2
    exit 2
    ;;
esac

[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Please install these system packages first:$missing" >&2
    exit 1
fi
