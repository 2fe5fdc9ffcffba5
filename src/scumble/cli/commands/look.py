"""The command `scumble look`: one figure, of the kind that its flags say."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from scumble.cli.console import say
from scumble.cli.fetching import offer
from scumble.cli.output import STDIN, Switch, tell_saved
from scumble.cli.settings import merged_options
from scumble.cli.sources import read_sources
from scumble.errors import BadOption, UsageError
from scumble.options import Options
from scumble.paths import as_path
from scumble.saving.on_exists import OnExists

if TYPE_CHECKING:
    from PIL import Image

TAKES = {
    "activations": ("layer", "channels", "size"),
    "patches": ("layer", "channels", "places", "size"),
    "keeps": ("layer", "size", "steps", "seed"),
    "regions": ("most", "seed", "masks"),
    "gram": ("layer", "size"),
    "figures": (),
}
"""Each kind of figure, and the flags it takes besides those of the network."""

NETWORK = ("backbone", "pooling", "input", "device", "threads")


@Parameter(name="*")
@dataclass(frozen=True)
class Wish:
    """What is to be shown.

    Parameters
    ----------
    layer
        The layer, or several: relu1_1,relu3_1. Alone it shows activations: its channels as maps.
    channels
        Of activations and --patches: how many of the strongest, 24 and 6 if not given; all; or just those of a list
        such as 3,17 (for one, put a comma behind it).
    patches
        Show the patches that drive each channel most, in one or several pictures.
    places
        Of --patches: how many of each channel, 1 to 32; 8 if not given.
    keeps
        Show what layers keep of a picture, painted from noise: content, style, or other losses, content,gram.
    gram
        Show the Gram matrix and the covariance of the layer, which style losses compare, in one or several pictures.
    regions
        Show the regions of CONTENT and STYLE: equal colors and numbers belong together.
    figures
        Show one or several styles with their figures dark: what is found nowhere else in them, and --figures 0 of
        stylize does not paint.
    masks
        Of --regions: write them as masks, too, for --content-mask and --style-mask, into this folder.
    most
        Of --regions: auto, off, or how many at most, 1 to 8, as --regions of stylize.
    backbone
        The network that sees, as of stylize.
    pooling
        How it halves its maps, as of stylize.
    device
        Where to compute, as of stylize.
    size
        Long edge at which it sees a picture, or WIDTHxHEIGHT; 512, with --keeps 256.
    steps
        Of --keeps: updates for each picture; 120 if not given.
    seed
        Of the noise of --keeps, or the clustering of --regions.
    """

    layer: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = ()
    channels: str | None = None
    patches: Annotated[bool, Switch] = False
    places: int | None = None
    keeps: str | None = None
    gram: Annotated[bool, Switch] = False
    regions: Annotated[bool, Switch] = False
    figures: Annotated[bool, Switch] = False
    masks: Path | None = None
    most: str | None = None
    backbone: str | None = None
    pooling: Literal["own", "max", "average"] | None = None
    device: Literal["auto", "cpu", "cuda", "mps", "xpu"] | None = None
    size: str | None = None
    steps: int | None = None
    seed: int | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The flags that were given, but for those that say the kind."""
        named = {name for kind in TAKES.values() for name in kind} | {"backbone", "pooling", "device"}
        return {
            name: value for name, value in vars(self).items() if name in named and value not in (None, ())
        }

    @property
    def kind(self) -> str:
        """Which figure the flags ask for.

        Raises:
            UsageError: none, or more than one.
        """
        kinds = [kind for kind in ("patches", "keeps", "regions", "gram", "figures") if getattr(self, kind)]
        if len(kinds) > 1:
            raise UsageError(
                f"{' and '.join('--' + kind for kind in kinds)} were given; a figure shows one of them"
            )
        if not kinds and not self.layer:
            raise UsageError(
                "look was not told what to show: a --layer, its --patches, what layers keep (--keeps), --regions, "
                "or --figures",
                "scumble look photo.jpg --layer relu3_1",
            )
        return kinds[0] if kinds else "activations"

    def check(self, pictures: int) -> None:
        """Refuse flags and numbers of pictures that are not for this kind of figure.

        Raises:
            UsageError: see there.
        """
        kind = self.kind
        shown = "--layer alone" if kind == "activations" else f"--{kind}"
        for name in self.given:
            takers = [other for other, takes in TAKES.items() if name in takes]
            if takers and kind not in takers:
                raise UsageError(f"--{name} does nothing with {shown}; it is for {', '.join(takers)}")
        if kind in ("patches", "gram") and not self.layer:
            raise UsageError(f"--{kind} was given without a layer", "add --layer relu3_1")
        if kind == "activations" and pictures > 1:
            raise UsageError(
                f"activations are shown of one picture; {pictures} were given",
                "--patches, --gram, --keeps and --figures take several",
            )
        if kind == "regions" and pictures < 2:
            raise UsageError(
                "--regions pairs a content with its styles; 1 picture was given",
                "scumble look photo.jpg painting.jpg --regions",
            )


def look(
    pictures: list[str],
    /,
    *,
    wish: Wish = Wish(),
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    on_exists: OnExists = "error",
) -> None:
    """See what a network sees in a picture: its activations, patches, what layers keep, regions, or figures.

    Example: scumble look photo.jpg --layer relu3_1 -o look.png

    Parameters
    ----------
    pictures
        The picture; several with --patches, --gram, --keeps and --figures; CONTENT and STYLE with --regions. - reads
        one from stdin.
    output
        The figure: {pictures}. Default: its kind, such as activations.png, here.
    on_exists
        What to do if it is there already.
    """
    # Pillow takes a while, and --help does without
    from scumble.saving.destination import Saved, destination_of
    from scumble.saving.products import keep_apart

    wish.check(len(pictures))
    options = merged_options(
        Options(**{name: value for name, value in wish.given.items() if name in Options.model_fields})
    )
    path = output or Path(f"{wish.kind}.png")
    masks = mask_files(wish.masks, pictures) if wish.masks else []
    places = [
        destination_of(path, on_exists, pictures),
        *(destination_of(one, on_exists, pictures, "mask") for one in masks),
    ]
    keep_apart([product for place in places if place for product in place.products])
    saved: list[Saved | None] = [None] * len(places)
    if any(places):
        offer(options.backbone)
        figures = figure_of(read_sources(pictures[0], pictures[1:]), wish, options)
        saved = [place.save([one]) if place else None for place, one in zip(places, figures, strict=True)]
    for file, there in zip((path, *masks), saved, strict=True):
        if there is None:
            say(f"{file} is there already; skipped")
        elif file is not path:
            say(f"mask: {there.path}")
    tell_saved(saved[0] or Saved(path), [one for one in saved[1:] if one])


def mask_files(folder: Path, pictures: Sequence[str]) -> list[Path]:
    """Return where the masks of pictures go, one for each, in a folder that is made if it is not there."""
    folder = as_path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder for masks, {str(folder)!r}, cannot be made: {error.strerror or error}"
        ) from error
    files: list[Path] = []
    for picture in pictures:
        stem = "stdin" if picture == STDIN else as_path(picture).stem[:100]
        numbered = (folder / f"{stem}-regions-{number}.png" for number in count(2))
        names = chain([folder / f"{stem}-regions.png"], numbered)
        files.append(next(name for name in names if name not in files))
    return files


def figure_of(pictures: list[str | bytes], wish: Wish, settled: Options) -> "list[Image.Image]":
    """Return the figure, and behind it the masks that were asked for.

    The options of the network come from all places that set them, others from flags alone.
    """
    import scumble.look as figures  # torch takes a second to import, and --help does without

    names = (*NETWORK, *(("seed", "precision", "max_memory") if wish.kind == "keeps" else ()))
    options = {name: getattr(settled, name) for name in names}
    options |= {name: wish.given[name] for name in ("size", "steps") if name in wish.given}
    layers = [name.strip() for part in wish.layer for name in part.split(",") if name.strip()]
    if wish.kind == "regions":
        wanted = Options(regions=wish.most or "auto", seed=settled.seed, **options)
        return paired(pictures, wanted, masked=wish.masks is not None)
    if wish.kind == "keeps":
        losses = [name.strip() for name in (wish.keeps or "").split(",") if name.strip()]
        return [figures.keeps(pictures, layers, losses, tell=say, **options)]
    if wish.kind == "figures":
        return [figures.figures(pictures, **options)]
    if wish.kind == "gram":
        return [figures.gram(pictures, layers, **options)]
    if wish.channels is not None:
        options["channels"] = parse_channels(wish.channels)
    if wish.kind == "activations":
        return [figures.activations(pictures[0], layers, **options)]
    if wish.places is not None:
        options["places"] = wish.places
    return [figures.patches(pictures, layers, **options)]


def paired(pictures: list[str | bytes], options: Options, *, masked: bool) -> "list[Image.Image]":
    """Return the sheet of regions, and behind it the masks if they are wanted; say how many regions there are."""
    from scumble.look import look_at_regions, mask_of
    from scumble.look import paired as find
    from scumble.runs.inputs import read_style
    from scumble.runs.prepare import prepare
    from scumble.runs.styles import Style, boxes_of, pixels_of

    plan = prepare(pictures[0], pictures[1:], options).plan
    found = find(plan)
    sheet, number = look_at_regions(plan, found)
    say(f"{number} regions" if number > 1 else "one region: the style has none that answer to the content's")
    if not masked:
        return [sheet]
    wholes = [read_style(Style(picture))[0] for picture in pictures[1:]]
    parts = [pixels_of(whole, box) for whole, box in zip(wholes, boxes_of(options, wholes), strict=True)]
    content, *styles = (shares.cpu() for shares in found.all)
    masks = [
        mask_of(shares, whole.rgb.size, part)
        for shares, whole, part in zip(styles, wholes, parts, strict=True)
    ]
    return [sheet, mask_of(content, plan.content.rgb.size), *masks]


def parse_channels(text: str) -> int | str | list[int]:
    """Return what --channels says.

    Raises:
        BadOption: no number, list or `all`.

    Example:
        >>> parse_channels("12"), parse_channels("3,17"), parse_channels("3,"), parse_channels("all")
        (12, [3, 17], [3], 'all')
    """
    if text == "all":
        return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() for part in parts):
        raise BadOption(f"channels is {text!r}; it should be a number, all, or a list such as 3,17")
    return [int(part) for part in parts] if "," in text else int(parts[0])
