"""Run the notebook and keep what it shows in it, small: `python examples/make_walkthrough.py`."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

HERE = Path(__file__).parent
NOTEBOOK = HERE / "walkthrough.ipynb"
WIDTH, QUALITY = 480, 56  # of a picture in pixels, and of its JPEG: the notebook is to stay below 300 kB
SECONDS = re.compile(r"\d s\b")
new: Any = nbformat.v4.new_output


def small(png: str) -> str:
    """Return a picture as a small JPEG, both in base64."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        shown = Image.new("RGB", picture.size, "white")
        shown.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    shown.thumbnail((WIDTH, 4 * WIDTH), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    shown.save(data, "JPEG", quality=QUALITY, optimize=True)
    return base64.b64encode(data.getvalue()).decode()


def kept(outputs: list[Any]) -> list[Any]:
    """Return outputs with small pictures, text in one piece, and no line that tells how long something took."""
    found: list[Any] = []
    for output in outputs:
        if output.output_type == "stream":
            lines = [line for line in output.text.splitlines(keepends=True) if not SECONDS.search(line)]
            if found and found[-1].output_type == "stream":
                found[-1].text += "".join(lines)
            elif lines:
                found.append(new("stream", name=output.name, text="".join(lines)))
            continue
        data = {"text/plain": output.data["text/plain"]}
        if "image/png" in output.data:
            data["image/jpeg"] = small(output.data["image/png"])
        found.append(new("display_data", data=data))
    return found


def main() -> None:
    """Run each cell as a reader would, and write the notebook."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    about = dict(notebook.metadata)
    NotebookClient(notebook, timeout=3600, resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in notebook.cells:
        cell.metadata = {name: tags for name, tags in cell.metadata.items() if name == "tags"}
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, kept(cell.outputs)
    notebook.metadata = about
    nbformat.write(notebook, NOTEBOOK)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
