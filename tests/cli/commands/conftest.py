"""Files as they are published, from a server here, for the commands that fetch and import them."""

from ...published import alexnet, data, folder, publish, server

__all__ = ["alexnet", "data", "folder", "publish", "server"]
