"""One thread or two? On a shared machine the answer changes by the minute."""

import torch

_ROUND, _TRIAL = 24, 2


class Threads:
    """Two threads wait for each other at every operation: where somebody else keeps one core busy, one thread alone is
    several times faster. So both are tried for two steps now and then; the faster one does the next twenty."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._tokens = {1: 0, 2: 0}
        self._seconds = {1: 1e-9, 2: 1e-9}

    def before(self, step: int) -> None:
        phase = step % _ROUND
        if phase == 0:
            self._forget()
        trying = phase < 2 * _TRIAL
        wanted = 1 + phase // _TRIAL if trying else max((1, 2), key=lambda n: self._tokens[n] / self._seconds[n])
        if wanted != torch.get_num_threads():
            torch.set_num_threads(wanted)

    def after(self, step: int, tokens: int, seconds: float) -> None:
        if step % _ROUND < 2 * _TRIAL:
            self._tokens[torch.get_num_threads()] += tokens
            self._seconds[torch.get_num_threads()] += seconds
