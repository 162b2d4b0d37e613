"""``python -m dashboards``: the dashboard by the settings of this environment."""

import os
import sys

from dashboards.serve import serve
from listening.errors import EarshotError
from pipeline.configuration import read_settings
from pipeline.wiring import House


def main() -> None:
    try:
        settings = read_settings(os.environ)
        with House(settings) as house:
            serve(house, settings)
    except EarshotError as error:
        sys.exit(f"earshot: {error}")


main()
