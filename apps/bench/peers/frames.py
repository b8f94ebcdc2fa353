"""What the scripts share: left rows among the events in one frame, values as integers where that is quicker, the result."""

import json
import re
import sys

import polars as pl


def arguments():
    """data folder, result file, features as JSON: [{name, operation, input, window}], whether few events have a left row."""
    data, result, features, few = sys.argv[1:5]
    return data, result, json.loads(features), few == "few"


def scan(data, table, columns):
    files = f"{data}/{table}/*/*.parquet"
    return pl.scan_parquet(files, hive_partitioning=False).select(columns)


def events_and_left(data, inputs, few):
    """One lazy frame of events and left rows; left rows have a row_id and no inputs.

    Keys become integers where they are text: sorting and grouping by them is quicker. Where only few events have a left row
    of their key, the others go first.
    """
    events = scan(data, "events", ["user_id", "ts", *inputs])
    left = scan(data, "left", ["row_id", "user_id", "ts"])
    if few:
        events = events.join(left, on="user_id", how="semi")
    both = pl.concat([events, left], how="diagonal")
    if events.collect_schema()["user_id"] == pl.String:
        both = both.with_columns(pl.col("user_id").cast(pl.Categorical).to_physical())
    return both


class Integers:
    """Texts and decimals as integers of the same order: windows over texts roll ten times faster so, and rolling_*_by takes
    no decimals."""

    def __init__(self, frame, inputs):
        self.scales, self.values = {}, {}
        for name in inputs:
            kind = frame.schema[name]
            if isinstance(kind, pl.Decimal):
                self.scales[name] = kind.scale
                frame = frame.with_columns((pl.col(name) * 10**kind.scale).cast(pl.Int64))
            elif kind == pl.String:
                self.values[name] = frame[name].drop_nulls().unique().sort()
                frame = frame.with_columns(pl.col(name).rank("dense").cast(pl.Int32))
        self.frame = frame

    def back(self, frame, features):
        """The values again that the integers stand for."""
        for f in features:
            name, scale, values = f["name"], self.scales.get(f["input"]), self.values.get(f["input"])
            if scale is not None and f["operation"] in ("sum", "min", "max"):
                kind = pl.Decimal(38, scale)
                frame = frame.with_columns((pl.col(name).cast(kind) / 10**scale).cast(kind))
            elif values is not None and f["operation"] in ("min", "max", "last"):
                frame = frame.with_columns(values.gather(frame[name] - 1).alias(name))
        return frame


def averages(features):
    """An average is its sum divided by its count, which are there already: name → (sum, count)."""
    by_kind = {(f["operation"], f["input"], f["window"]): f["name"] for f in features}
    found = {}
    for f in features:
        of = (f["input"], f["window"])
        if f["operation"] == "average" and ("sum", *of) in by_kind and ("count", *of) in by_kind:
            found[f["name"]] = (by_kind[("sum", *of)], by_kind[("count", *of)])
    return found


def finish(frame, result, features):
    """Write the left rows: averages are divided, the sum of nothing is null."""
    divided = averages(features)
    counts = {(f["input"], f["window"]): f["name"] for f in features if f["operation"] == "count"}
    columns = [pl.col("row_id")]
    for f in features:
        name = f["name"]
        if name in divided:
            total, count = divided[name]
            value = pl.when(pl.col(count) > 0).then(pl.col(total).cast(pl.Float64) / pl.col(count))
            columns.append(value.alias(name))
        elif f["operation"] == "sum":
            count = counts[(f["input"], f["window"])]
            columns.append(pl.when(pl.col(count) > 0).then(pl.col(name)).alias(name))
        else:
            columns.append(pl.col(name))
    frame.select(columns).write_parquet(result)
    print_peak()


def print_peak():
    """The kernel's high-water mark, as everyone here is measured."""
    with open("/proc/self/status") as status:
        kilobytes = re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]
    print(f"peak_bytes {int(kilobytes) * 1024}")
