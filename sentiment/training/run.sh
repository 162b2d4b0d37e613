#!/bin/sh
# Trains the bundled model anew: environment, base weights, teacher, student, export. `make train` calls it.
# Stop it with Ctrl-C and start it again: finished stages are kept, the one in work goes on from its last checkpoint.
#   EARSHOT_TRAIN_DATA  the training files (see README.md)      EARSHOT_TRAIN_HOME  work files, 2 GB
#   EARSHOT_TRAIN_MINUTES  of the teacher, default 60; the student takes the same again
set -eu
cd "$(dirname "$0")/../.."
minutes="${EARSHOT_TRAIN_MINUTES:-60}"
python=.venv-train/bin/python
if [ ! -x "$python" ]; then
    if command -v uv >/dev/null; then uv=uv
    elif [ -x .venv/bin/uv ]; then uv=.venv/bin/uv
    else echo "train: uv is not installed — run 'make setup' first, or 'pip install uv'." >&2; exit 1; fi
    "$uv" venv --python 3.11 .venv-train
    "$uv" pip install --python "$python" -r requirements-train.txt
fi
"$python" -m sentiment.training.teacher --minutes "$minutes"
"$python" -m sentiment.training.student --long "$((minutes * 3 / 4))" --last "$((minutes / 12))"
"$python" -m sentiment.training.export --teacher
"$python" -m sentiment.training.export
