"""Records: what made a picture, and where that is found."""

from scumble.record.files import read_key as read_key
from scumble.record.files import read_record as read_record
from scumble.record.files import sidecar as sidecar
from scumble.record.made import MAX_BYTES as MAX_BYTES
from scumble.record.made import PluginSource as PluginSource
from scumble.record.made import Record as Record
from scumble.record.made import Source as Source
from scumble.record.made import portable_name as portable_name
