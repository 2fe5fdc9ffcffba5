"""The published weights files that Scumble knows; imports no torch, so that they are listed at once."""

from dataclasses import dataclass

from scumble.backbones.normalization import TORCHVISION, Normalization

TORCHVISION_LICENSE = "BSD-3-Clause, torchvision; trained on ImageNet"


@dataclass(frozen=True)
class PublishedFile:
    """A file to fetch.

    Args:
        url: where it is; the name holds the first digits of `sha256`, as is torchvision's custom.
        sha256: hexadecimal digest, whole or its first eight digits or more.
        size: bytes to download.
        kept: bytes of what is kept of it, the convolutions in float32.
        license: of the weights.
        normalization: the input they expect.
    """

    url: str
    sha256: str
    size: int
    kept: int
    license: str = TORCHVISION_LICENSE
    normalization: Normalization = TORCHVISION

    @property
    def file_name(self) -> str:
        """The last part of the URL."""
        return self.url.rpartition("/")[2]


PUBLISHED = {
    "alexnet": PublishedFile(
        "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
        "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
        size=244_408_911,
        kept=9_878_784,
    ),
    "vgg16": PublishedFile(
        "https://download.pytorch.org/models/vgg16-397923af.pth",
        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        size=553_433_881,
        kept=58_858_752,
    ),
    "vgg19": PublishedFile(
        "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        size=574_673_361,
        kept=80_097_536,
    ),
}

# The first VGG weights, converted from Caffe: torchvision's layout, but the input of Keras's files.
CAFFE_PTH = ("00b39a1b", "d01eb7cb")


def megabytes(size: int) -> str:
    """Return a size in bytes for people.

    Example:
        >>> megabytes(574_673_361), megabytes(912_000)
        ('575 MB', '0.9 MB')
    """
    return f"{size / 1e6:.0f} MB" if size >= 10e6 else f"{size / 1e6:.1f} MB"
