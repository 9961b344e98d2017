#!/bin/sh
# Figures beside other programs. They get an environment of their own and are no dependency of ours.
set -eu
cd "$(dirname "$0")/.."
peers=.cache/peers
if [ ! -x "$peers/bin/python" ]; then
    .venv/bin/python -m venv --system-site-packages "$peers"
    echo "$PWD/.venv/lib/$(ls .venv/lib)/site-packages" >"$peers/lib/$(ls .venv/lib)/site-packages/ours.pth"
    "$peers/bin/python" -m pip install -q --disable-pip-version-check typst==0.15.2 weasyprint==70.0
fi
PYTHONPATH=src "$peers/bin/python" bench/bench_letters.py --peers

kinto=.cache/kinto
if [ ! -x "$kinto/bin/kinto" ]; then
    .venv/bin/python -m venv "$kinto"
    "$kinto/bin/python" -m pip install -q --disable-pip-version-check "kinto[postgresql]==26.5.0"
fi
.venv/bin/python bench/bench_sync.py --rows 20000 --desktops 20
.venv/bin/python bench/kinto.py "$kinto/bin"
