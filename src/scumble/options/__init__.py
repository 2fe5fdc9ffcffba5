"""Every option once: name, default, meaning, unit and range, one file for each group.

Flags, presets, configuration files, environment variables and the record in a picture come from this table.
"""

from scumble.options.table import Options as Options
