"""See what a backbone sees: activations, Gram matrices, patches that drive a channel, what a layer keeps, regions.

Each figure is a Pillow picture, which a notebook shows:

>>> import scumble.look
>>> scumble.look.activations("photo.jpg", "relu3_1")  # doctest: +SKIP
"""

from scumble.look.channels import activations as activations
from scumble.look.figures import figures as figures
from scumble.look.gram import gram as gram
from scumble.look.keeping import keeps as keeps
from scumble.look.keeping import reconstruct as reconstruct
from scumble.look.pairing import look_at_regions as look_at_regions
from scumble.look.pairing import mask_of as mask_of
from scumble.look.pairing import paired as paired
from scumble.look.pairing import regions as regions
from scumble.look.pairing import tinted as tinted
from scumble.look.places import Place as Place
from scumble.look.places import patches as patches
from scumble.look.places import strongest_places as strongest_places
from scumble.look.seeing import features as features
