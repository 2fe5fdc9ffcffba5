"""Records: a round trip, names that tell nothing of the machine, and hostile input refused in one line."""

import contextlib
import json
import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from scumble.cli.commands.show import lines
from scumble.course import MAX_POINTS, MAX_SCALES, MAX_TERMS, Course, ScaleStart
from scumble.errors import RecordError, ScumbleError
from scumble.image.files import read_picture
from scumble.record import Record, Source, portable_name, read_record
from scumble.saving.files import write

from ..records import a_record

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


COURSE = Course(
    scales=(ScaleStart(width=32, height=24, step=1), ScaleStart(width=64, height=48, step=9)),
    steps=(1, 2, 9),
    costs={"total": (0.5, 2.5e-8, -3.0), "gram": (1.0, 0.0, 2.0)},
)


def refused(text) -> str:
    with pytest.raises(RecordError) as caught:
        Record.from_json(text)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 500
    return caught.value.message


@given(
    st.dictionaries(TEXT, JSON, max_size=4),
    st.dictionaries(TEXT, NUMBERS, max_size=3),
    st.integers(-(2**63), 2**64 - 1),
    st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),
)
def test_a_round_trip(options, costs, seed, made):
    fallbacks = ("size 512 to 400",)
    record = a_record(options=options, costs=costs, seed=seed, made=made, fallbacks=fallbacks, course=COURSE)
    assert Record.from_json(record.to_json()) == record


def test_the_time_is_utc():
    record = a_record(made=datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2))))
    assert json.loads(record.to_json())["made"] == "2025-12-31T23:00:00Z"


def test_a_key_is_kept_and_a_record_without_one_is_as_before():
    assert '"key"' not in a_record().to_json()
    assert Record.from_json(a_record(key="a" * 64).to_json()).key == "a" * 64
    refused(a_record().to_json().replace('"seed"', '"key": "../x", "seed"'))


def test_a_record_without_a_course_is_read_as_before():
    values = json.loads(a_record().to_json())
    del values["course"]
    assert Record.from_json(json.dumps(values)) == a_record()


def test_lists_of_numbers_take_a_line_each():
    text = a_record(course=COURSE, options={"a": [1, 2], "b": ["1", "\n1"], "c": []}).to_json()
    assert '"total": [0.5, 2.5e-8, -3.0]' in text
    assert '"a": [1, 2]' in text
    assert json.loads(text)["options"] == {"a": [1, 2], "b": ["1", "\n1"], "c": []}
    assert json.loads(text)["course"]["steps"] == [1, 2, 9]


def test_fields_of_a_newer_version_are_dropped():
    values = json.loads(a_record().to_json())
    values["mood"] = values["content"]["mood"] = "blue"
    assert Record.from_json(json.dumps(values)) == a_record()


@given(st.text() | st.binary() | JSON.map(json.dumps))
@example("[" * 100_000)
@example('{"a":' * 100_000)
@example("1" * 5000)
@example('"\\ud800"')
@example("\ud800")
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_anything_else_is_one_line(text):
    refused(text)


@given(st.data())
def test_a_record_with_any_one_value_replaced(data):
    values = json.loads(a_record(course=COURSE).to_json())
    values[data.draw(st.sampled_from(sorted(values)))] = data.draw(JSON)
    with contextlib.suppress(RecordError):
        record = Record.from_json(json.dumps(values))
        assert Record.from_json(record.to_json()) == record


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"seed": 0', '"seed": true', "'seed': Input should be a valid integer"),
        ('"seed": 0', '"seed": 18446744073709551616', "'seed': Input should be less than"),
        ('"seconds": 12.5', '"seconds": "12.5"', "'seconds': Input should be a valid number"),
        ('"seconds": 12.5', '"seconds": NaN', "expected value"),
        ('"seconds": 12.5', '"seconds": 1e999', "finite numbers only"),
        ('"size": 512', '"size": 1e999', "finite numbers only"),
        ('"size": 512', f'"size": {"[" * 33}{"]" * 33}', "nested at most 32 deep"),
        ('"photos/cat.jpg"', '"/etc/passwd"', "'content.name': Value error, must be a relative path"),
        ('"photos/cat.jpg"', '"C:\\\\cat.jpg"', "'content.name': Value error, must be a relative path"),
        ('"photos/cat.jpg"', '"cat\\u001b[2J.jpg"', "without control characters"),
        ('"ffff', '"gfff', "'weights_sha256': String should match pattern"),
        ("2026-05-04T03:02:01Z", "2026-05-04T03:02:01", "'made': Input should have timezone info"),
        ('"backbone": "compact",', "", "'backbone': Field required"),
    ],
)
def test_wrong_values_are_named(old, new, message):
    text = a_record().to_json()
    assert old in text
    assert message in refused(text.replace(old, new, 1))


TOO_MANY = {
    "scales": [{"width": 1, "height": 1, "step": n} for n in range(1, MAX_SCALES + 2)],
    "steps": list(range(1, MAX_POINTS + 2)),
    "costs": {str(n): [1.0, 1.0, 1.0] for n in range(MAX_TERMS + 1)},
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": TOO_MANY["steps"]}, f"should have at most {MAX_POINTS} items"),
        ({"scales": TOO_MANY["scales"]}, f"should have at most {MAX_SCALES} items"),
        ({"costs": TOO_MANY["costs"]}, f"should have at most {MAX_TERMS} items"),
        ({"costs": {"total": [1.0, 1.0]}}, "each cost must have one value for each step"),
        ({"steps": [1, 9, 2]}, "steps must rise"),
        ({"steps": [0, 1, 2]}, "greater than or equal to 1"),
        ({"scales": [{"width": 1, "height": 1, "step": 3}] * 2}, "steps must rise"),
        ({"costs": {"total": [1.0, 1.0, "much"]}}, "should be a valid number"),
    ],
)
def test_courses_that_cannot_be(changes, message):
    values = json.loads(a_record(course=COURSE).to_json())
    values["course"] |= changes
    assert message in refused(json.dumps(values))


def test_too_long_a_record():
    assert "1048577 bytes; 1048576 are allowed" in refused(" " * (1 << 20) + "1")


@pytest.mark.parametrize("options", [{"a": float("nan")}, {"a": [float("inf")]}, {"a": object()}])
def test_options_must_be_json(options):
    with pytest.raises(ValidationError):
        a_record(options=options)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("cat.jpg", "cat.jpg"),
        ("../a/cat.jpg", "../a/cat.jpg"),
        ("/home/ada/cat.jpg", "cat.jpg"),
        ("C:\\photos\\cat.jpg", "cat.jpg"),
        ("\\\\server\\cat.jpg", "cat.jpg"),
        ("a\nb.jpg", "a?b.jpg"),
        (b"\xff.jpg".decode(errors="surrogateescape"), "?.jpg"),
        ("/", "image"),
    ],
)
def test_names_tell_nothing_of_the_machine(path, name):
    assert portable_name(path) == name
    assert Source(name=name, sha256="0" * 64, width=1, height=1).name == name


def test_what_is_remembered_of_a_picture():
    picture = read_picture(Image.new("RGB", (4, 3)))
    source = Source.of(picture, "/tmp/somewhere/cat.png", weight=0.5)
    assert source == Source(name="cat.png", sha256=picture.sha256, width=4, height=3, weight=0.5)
    assert Source.of(picture).name == "image"


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.gif"])
def test_a_written_picture_gives_its_record_back(tmp_path, name):
    record = a_record(options={"title": "Grüße ✓ \u2028"})
    write(tmp_path / name, [Image.new("RGB", (8, 8))], record)
    found = read_record(tmp_path / name)
    assert found.model_copy(update={"picture_sha256": None}) == record
    if name == "out.png":
        assert found == record
        return
    assert read_record(tmp_path / f"{name}.json") == found
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"of another program")
    with pytest.raises(RecordError, match=r"is not the record of .* as it is now: the picture was changed"):
        read_record(tmp_path / name)
    assert read_record(tmp_path / f"{name}.json") == found


def itxt(payload: bytes) -> bytes:
    body = b"iTXt" + payload
    chunk = struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IEND" + bytes(4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            itxt(b"scumble\0\1\0\0\0" + zlib.compress(bytes(50 << 20))),
            "more than 1048576 bytes when unpacked",
        ),
        (itxt(b"scumble\0\1\0\0\0not packed"), "damaged zlib data"),
        (itxt(b"scumble\0\1\7\0\0"), "packed by an unknown method"),
        (itxt(b"scumble\0\0\0\0\0" + b" " * (2 << 20)), "2097164 bytes; 1048576 are allowed"),
        (itxt(b"scumble\0\0\0\0\0{}"), "'scumble': Field required"),
        (itxt(b"scumble"), "packed by an unknown method"),
        (itxt(b"other\0\0\0\0\0{}"), "carries no record, and there is no 'hostile.png.json' beside it"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT", "carries no record"),
        (b"", "carries no record"),
        (b"{" + b" " * (2 << 20), "1048577 bytes; 1048576 are allowed"),
    ],
)
def test_hostile_files(tmp_path, data, message):
    path = tmp_path / "hostile.png"
    path.write_bytes(data)
    with pytest.raises(RecordError) as caught:
        read_record(path)
    assert message in caught.value.message
    assert caught.value.exit_code == 3


def test_a_packed_record_is_read(tmp_path):
    path = tmp_path / "packed.png"
    path.write_bytes(itxt(b"scumble\0\1\0en\0\0" + zlib.compress(a_record().to_json().encode())))
    assert read_record(path) == a_record()


@pytest.mark.parametrize("name", ["missing.png", ".", "a\0b.png"])
def test_no_file(tmp_path, name):
    with pytest.raises(ScumbleError, match=r"there is no file|zero character"):
        read_record(f"{tmp_path}/{name}")


FIRST, LAST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
ALL_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from([FIRST, LAST]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("made", [FIRST, LAST])
def test_a_time_that_is_none_in_utc(made):
    told = json.loads(a_record().to_json()) | {"made": made}
    assert "must be within the years 1 to 9999" in refused(json.dumps(told))


@given(
    field=st.sampled_from(sorted(Record.model_fields)),
    value=ALL_JSON | st.datetimes().map(str) | st.text(max_size=40),
)
def test_no_value_of_a_field_raises_anything_undeclared(field, value):
    told = json.loads(a_record().to_json()) | {field: value}
    with contextlib.suppress(RecordError):
        record = Record.from_json(json.dumps(told))
        assert Record.from_json(record.to_json()) == record
        assert all(isinstance(line, str) for line in lines(record))


@pytest.mark.parametrize(
    "where", [("options", "style_crop"), ("styles",), ("content_masks",), ("fallbacks",), ("new",)]
)
@pytest.mark.parametrize(("many", "most"), [([[]] * 5000, 4096), ({str(n): [] for n in range(200)}, 128)])
def test_long_lists_and_objects_are_refused_before_each_part_is_judged(where, many, most):
    values = json.loads(a_record(course=COURSE).to_json())
    inner = values
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = many
    assert f"at most {most}, not {len(many)}" in refused(json.dumps(values))


def test_courses_beyond_what_can_be_drawn_are_refused():
    values = json.loads(a_record(course=COURSE).to_json())
    values["course"]["costs"]["gram"][0] = 1e101
    assert "less than or equal to" in refused(json.dumps(values))
