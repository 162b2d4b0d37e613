#!/bin/sh
# Trains the bundled model anew: environment, base weights, fine-tuning, export. `make train` calls it.
# Stop it with Ctrl-C and start it again: it goes on from its last checkpoint.
#   EARSHOT_TRAIN_DATA  the training files (see README.md)      EARSHOT_TRAIN_HOME  work files, 2 GB
#   EARSHOT_TRAIN_MINUTES  default 75
set -eu
cd "$(dirname "$0")/../.."
python=.venv-train/bin/python
if [ ! -x "$python" ]; then
    if command -v uv >/dev/null; then uv=uv
    elif [ -x .venv/bin/uv ]; then uv=.venv/bin/uv
    else echo "train: uv is not installed — run 'make setup' first, or 'pip install uv'." >&2; exit 1; fi
    "$uv" venv --python 3.11 .venv-train
    "$uv" pip install --python "$python" -r requirements-train.txt
fi
"$python" -m sentiment.training.train --minutes "${EARSHOT_TRAIN_MINUTES:-75}"
"$python" -m sentiment.training.export
