"""Every synced table travels: a row of each goes to the server and comes to a workstation as it was."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from rathaus_desk.kernel.ids import new_id
from rathaus_desk.office import tables
from rathaus_desk.server.deciding import push
from rathaus_desk.server.tables import typed_columns
from rathaus_desk.server.town import in_town, log_after
from rathaus_desk.store import schema
from rathaus_desk.store.canonical import canonical, digest
from rathaus_desk.store.journal import NO_HASH, Header, chained
from rathaus_desk.store.schema import moment_text
from rathaus_desk.store.shape import shape_of
from rathaus_desk.sync.envelope import Envelope, Sent, encoded
from rathaus_desk.sync.following import follow
from rathaus_desk.sync.link import tie
from rathaus_desk.sync.rules import Change

_ = tables


def value_for(column, rows):
    for key in column.foreign_keys:
        target = key.column.table.name
        return rows.get(target) if target in rows or not column.nullable else None
    match column.type:
        case schema.Identifier():
            return str(new_id())
        case schema.CanonicalJson():
            return {"ä": [1, None, True, {"x": "y"}]}
        case sa.Boolean():
            return True
        case schema.Cents() | sa.Integer():
            return 7
        case sa.Date():
            return "2026-02-28"
        case schema.Moment():
            return "2026-11-20T08:30:00.000000Z"
        case schema.DecimalText():
            return "0.250"
        case sa.Enum():
            return column.type.enums[0]
        case sa.LargeBinary():
            return "AP8="
        case _:
            return "Straße & Söhne"


def operations():
    """A chain of operations, each of which makes one row of a table and then changes it."""
    rows: dict[str, str] = {}
    ws, prev = uuid4(), NO_HASH
    ordered = [table for table in schema.Base.metadata.sorted_tables if table.info.get("synced")]
    for seq, table in enumerate(ordered, 1):
        shape = shape_of(str(table.name))
        values = {name: value_for(table.columns[name], rows) for name in shape.content}
        if table.name == "claim":
            values |= {"starts": 5, "ends": 9}
        id_ = str(new_id())
        rows[table.name] = id_
        changes = [Change(shape.name, id_, "ins", 0, {}, values)]
        text = next(
            (n for n in shape.content if isinstance(values[n], str) and values[n].startswith("Str")), None
        )
        if text is not None and not any(text in unique.columns for unique in table.indexes if unique.unique):
            group = {name: values[name] for name in shape.groups[text]}
            changes.append(Change(shape.name, id_, "upd", 0, group, {**group, text: "anders"}))
        header = canonical(
            Header(
                id=new_id(), schema=1, ws=ws, seq=seq, clerk=None, title="t", op="x", request_version=1,
                issued_at=moment_text(datetime.now(UTC)), seen=0, after=(),
                settles=None, undoes=None, import_id=None,
            )
        )  # fmt: skip
        sent, digests = [], []
        for change in changes:
            salt, raw = secrets.token_bytes(16), canonical(change)
            sent.append(Sent(msgspec.Raw(raw), salt.hex()))
            digests.append(digest(salt, raw))
        request_salt = secrets.token_bytes(16)
        hash_ = chained(prev, header, digest(request_salt, b"{}"), digests)
        yield (
            shape.name,
            encoded(
                Envelope(
                    msgspec.Raw(header), prev.hex(), hash_.hex(), sent, msgspec.Raw(b"{}"), request_salt.hex()
                )
            ),
        )
        prev = hash_


def test_a_row_of_every_table_travels(make_store, make_town, pool):
    town, store = make_town(), make_store()
    tie(store, url="", town=town, server=uuid4(), epoch="e1", device=uuid4(), private_key=b"")
    made = dict(operations())
    assert set(made) == set(schema.synced_tables())
    batch = list(made.values())
    answers = push(pool, town, "e1", batch[:100], lambda _: True).answers
    assert [
        (name, answer.verdict) for name, answer in zip(made, answers, strict=True) if answer.verdict
    ] == []
    follow(store, log_after(pool, town, 0, "e1", None).lines, 0)
    with store.read() as session, in_town(pool, town) as cursor:
        driver = session.connection().connection.driver_connection
        for name in made:
            shape = shape_of(name)
            (there,) = cursor.execute(f'SELECT to_jsonb(t) FROM "{name}" t').fetchone()
            here = shape.read(driver, UUID(there["id"]).bytes)
            assert shape.wire(here, shape.columns) == there, name


def test_the_server_has_the_same_columns(make_town, pool):
    town = make_town()
    with in_town(pool, town) as cursor:
        for name, table in schema.synced_tables().items():
            cursor.execute(f'SELECT * FROM "{name}" LIMIT 0')
            assert [column.name for column in cursor.description] == [column.name for column in table.columns]
            assert len(typed_columns(name)) == len(table.columns)


@pytest.mark.parametrize("name", sorted(schema.synced_tables()))
def test_a_value_of_the_wrong_kind_is_refused_not_stored(name):
    from rathaus_desk.sync.values import misfit

    shape = shape_of(name)
    table = schema.synced_tables()[name]
    good = {column: value_for(table.columns[column], {}) for column in shape.content}
    for column in table.columns:
        if any(key.column.table.info.get("synced") for key in column.foreign_keys) and column.name in good:
            good[column.name] = str(new_id())
    if name == "claim":
        good |= {"starts": 5, "ends": 9}
    assert misfit(Change(name, str(new_id()), "ins", 0, {}, good)) is None
    for column in shape.content:
        is_json = isinstance(table.columns[column].type, schema.CanonicalJson)
        for wrong in ("\0", [1.5], {"a": "\0"}, 1.5, *(() if is_json else (2**70,))):
            bad = {**good, column: wrong}
            assert misfit(Change(name, str(new_id()), "ins", 0, {}, bad)) == column, (column, wrong)
    missing = dict(list(good.items())[1:])
    assert misfit(Change(name, str(new_id()), "ins", 0, {}, missing)) == next(iter(good))
    assert misfit(Change(name, "x", "ins", 0, {}, good)) == "id"
