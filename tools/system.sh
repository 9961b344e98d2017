#!/bin/sh
# Makes sure that the system packages of a purpose are there: `base` to run the program, `window` to show it,
# `tests` to check it, `deb` for the Debian package, `installer` to build and prove the Windows package.
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

# What a window needs on a bare system: the libraries of Qt's xcb plugin, and a font with all letters.
window() {
    for pair in libegl1:libEGL.so.1 libgl1:libGL.so.1 libopengl0:libOpenGL.so.0 libxkbcommon0:libxkbcommon.so.0 \
        libxkbcommon-x11-0:libxkbcommon-x11.so.0 libxcb-cursor0:libxcb-cursor.so.0 libxcb-icccm4:libxcb-icccm.so.4 \
        libxcb-image0:libxcb-image.so.0 libxcb-keysyms1:libxcb-keysyms.so.1 libxcb-randr0:libxcb-randr.so.0 \
        libxcb-render-util0:libxcb-render-util.so.0 libxcb-shape0:libxcb-shape.so.0 \
        libxcb-xinerama0:libxcb-xinerama.so.0 libdbus-1-3:libdbus-1.so.3 libfontconfig1:libfontconfig.so.1 \
        libglib2.0-0:libglib-2.0.so.0; do
        need "${pair%%:*}" library "${pair##*:}"
    done
    need fonts-inter test -d /usr/share/fonts/opentype/inter
    need fonts-noto-core test -d /usr/share/fonts/truetype/noto
}

case "$1" in
base)
    need python3-venv python_module ensurepip
    ;;
tests)
    need default-jre-headless command -v java
    need maven command -v mvn
    need poppler-utils command -v pdftotext
    need cabextract command -v cabextract
    need gettext command -v msgfmt
    need xvfb command -v Xvfb
    need xdotool command -v xdotool
    need openbox command -v openbox
    need imagemagick command -v import
    need dbus command -v dbus-run-session
    need at-spi2-core test -x /usr/libexec/at-spi-bus-launcher
    need gir1.2-atspi-2.0 test -e /usr/lib/"$(uname -m)"-linux-gnu/girepository-1.0/Atspi-2.0.typelib
    need postgresql sh -c "ls /usr/lib/postgresql/*/bin/initdb"
    need python3-gi /usr/bin/python3 -c 'import gi'
    window
    ;;
window)
    window
    ;;
deb)
    need dpkg command -v dpkg-deb
    need binutils command -v strip
    need libwayland-cursor0 library libwayland-cursor.so.0
    need libxcb-util1 library libxcb-util.so.1
    window
    ;;
installer)
    need wixl command -v wixl
    need msitools command -v msibuild
    need cabextract command -v cabextract
    need gcc command -v cc
    need osslsigncode command -v osslsigncode
    need gcc-mingw-w64-x86-64 command -v x86_64-w64-mingw32-gcc
    need binutils-mingw-w64-x86-64 command -v x86_64-w64-mingw32-windres
    need wine command -v wine
    need wine64 test -x /usr/lib/wine/wine64
    need ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
    window
    ;;
*)
    echo "usage: $0 base|window|tests|deb|installer" >&2
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
