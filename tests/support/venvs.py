"""Fresh virtual environments that see the packages of this one, so that nothing is downloaded."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

from support.program import environment


def create_venv(folder: Path) -> dict[str, str]:
    """Make an environment in `folder`; the variables under which its `python`, `pip` and `ftkit` run.

    What is installed there comes before what it borrows from the environment of the tests.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    own = next((folder / "lib").glob("python*")) / "site-packages"
    # addsitedir and no mere path: the editable finders of the borrowed packages are wanted too.
    lines = [f"import site; site.addsitedir({path!r})\n" for path in site.getsitepackages()]
    (own / "borrowed.pth").write_text("".join(lines))
    for name, module in (("ftkit", "ftkit"), ("pip", "pip")):
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{folder}/bin/python" -m {module} "$@"\n')
        program.chmod(0o755)
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    # pip reads this variable the wrong way round: 0 switches build isolation off.
    return environment(PATH=path, PIP_NO_BUILD_ISOLATION="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
