"""What changes with whatever a picture is painted from: by it a picture is known to be done."""

import hashlib
import json

from scumble import __version__
from scumble.backbones.cache import weights_sha256
from scumble.batching.digests import Digests
from scumble.batching.once import Once
from scumble.errors import ScumbleError
from scumble.options import Options
from scumble.plugins import loaded_plugins
from scumble.runs.inputs import files_given
from scumble.runs.job import Job


class Keys:
    """Computes keys of jobs, for as long as weights and plugins stay as they are.

    A key is the SHA-256 of the bytes of all pictures that go in, the options as they were given, threads among them
    where they were, the weights, the plugins and the version. A number of threads that is chosen is no part of it:
    what a machine has must not decide what is done.

    Args:
        digests: of files.
    """

    def __init__(self, digests: Digests) -> None:
        self.digests = digests
        self._plugins = [plugin.sha256 for plugin in loaded_plugins()]
        self._weights: dict[str, str] = {}
        self._told = Once(as_told)

    def of(self, job: Job) -> str | None:
        """Return the key of a job; None where something that goes in cannot be read, which the painting will tell."""
        try:
            files = files_given(job.content, [one.style() for one in job.styles], job.options)
            digests = [self.digests.of(file) for file in files]
            weights = self._weights_of(job.options.backbone)
        except (OSError, ValueError, ScumbleError):
            return None
        styles = [one.model_dump(mode="json", exclude={"image"}) for one in job.styles]
        parts = [__version__, weights, self._plugins, digests, styles, self._told(job.options)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _weights_of(self, backbone: str) -> str:
        if backbone not in self._weights:
            self._weights[backbone] = weights_sha256(backbone)
        return self._weights[backbone]


def as_told(options: Options) -> str:
    """Return the options that were given, as they are taken."""
    return json.dumps(options.model_dump(mode="json", include=set(options.given)), sort_keys=True)
