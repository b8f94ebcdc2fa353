"""The features of the left rows with DataFrame.rolling, one pass a window.

    python polars_rolling.py <data folder> <result file> <features as JSON> <few | all>
"""

import polars as pl
from frames import Integers, arguments, averages, events_and_left, finish

AGGREGATES = {
    "count": lambda x: x.count(),
    "sum": lambda x: x.sum(),
    "average": lambda x: x.mean(),
    "min": lambda x: x.min(),
    "max": lambda x: x.max(),
    "last": lambda x: x.last(ignore_nulls=True),
    "unique_count": lambda x: x.drop_nulls().n_unique(),
}

data, result, features, few = arguments()
inputs = list(dict.fromkeys(f["input"] for f in features))
windows = list(dict.fromkeys(f["window"] for f in features))
divided = averages(features)

# Sorted by key and time every group is a slice, and a window a slice of it.
integers = Integers(events_and_left(data, inputs, few).sort("user_id", "ts").collect(), inputs)
frame = integers.frame
is_left = frame["row_id"].is_not_null()
left = frame.filter(is_left).select("row_id", "user_id", "ts")

parts = [left]
for window in windows:
    asked = [f for f in features if f["window"] == window and f["name"] not in divided]
    rolled = frame.rolling("ts", period=window, closed="left", group_by="user_id").agg(
        AGGREGATES[f["operation"]](pl.col(f["input"])).alias(f["name"]) for f in asked
    )
    names = [f["name"] for f in asked]
    in_order = (rolled["user_id"] == frame["user_id"]).all() and (rolled["ts"] == frame["ts"]).all()
    if in_order:
        parts.append(rolled.filter(is_left).select(names))
    else:
        # The order of groups is not promised: rows of one key and instant have one value, so any of them is it.
        one = rolled.unique(["user_id", "ts"], keep="any")
        joined = left.join(one, on=["user_id", "ts"], how="left", maintain_order="left")
        parts.append(joined.select(names))
    del rolled

finish(integers.back(pl.concat(parts, how="horizontal"), features), result, features)
