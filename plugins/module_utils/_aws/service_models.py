# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How botocore's service models are read: as plain dictionaries, in half the time that its own reader takes for ordered ones.

Reading EC2's model is the largest single piece of work in a run that finds nothing to do. Dictionaries keep their order by themselves.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

with suppress(ImportError):  # AnsibleAWSModule reports a missing SDK before this is used
    import boto3
    import botocore.session

ENDINGS: Mapping[str, Callable[[bytes], bytes]] = {".json": bytes, ".json.gz": gzip.decompress}
"""As botocore's packages carry models, in its order; what has to be done to each."""


class PlainModels:
    """A file loader in botocore's sense; paths come without their ending."""

    def exists(self, file_path: str) -> bool:
        """Say whether there is such a model."""
        return any(Path(file_path + ending).is_file() for ending in ENDINGS)

    def load_file(self, file_path: str) -> Any:
        """Give the model, or nothing where there is none."""
        for ending, unpacked in ENDINGS.items():
            with suppress(FileNotFoundError, IsADirectoryError):
                return json.loads(unpacked(Path(file_path + ending).read_bytes()))
        return None


def new_session(core: Any = None, **options: Any) -> Any:
    """Make a boto3 session that reads models so, around a session of botocore's where there is one already."""
    core = core or botocore.session.get_session()
    session = boto3.session.Session(botocore_session=core, **options)
    # Afterwards, because asking for the loader settles where models are looked for, which the options' profile decides.
    core.get_component("data_loader").file_loader = PlainModels()
    return session
