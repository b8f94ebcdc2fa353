"""The features of the left rows with Expr.rolling_*_by(…).over(key), all in one query.

    python polars_rolling_by.py <data folder> <result file> <features as JSON> <few | all>
"""

import polars as pl
from frames import arguments, averages, events_and_left, finish

data, result, features, few = arguments()
inputs = list(dict.fromkeys(f["input"] for f in features))
divided = averages(features)


def rolled(feature):
    x, window = pl.col(feature["input"]), feature["window"]
    options = {"by": "ts", "window_size": window, "closed": "left"}
    operation = feature["operation"]
    # There is no count among them: it is the sum of ones.
    value = {
        "count": lambda: x.is_not_null().cast(pl.Int64).rolling_sum_by(**options),
        "sum": lambda: x.rolling_sum_by(**options),
        "average": lambda: x.rolling_mean_by(**options),
        "min": lambda: x.rolling_min_by(**options),
        "max": lambda: x.rolling_max_by(**options),
    }[operation]()
    return value.over("user_id").alias(feature["name"])


# Decimals have no rolling sums: as integers of their last digit they have, and exact ones.
scales = {}
both = events_and_left(data, inputs, few)
for name, kind in both.collect_schema().items():
    if isinstance(kind, pl.Decimal):
        scales[name] = kind.scale
        both = both.with_columns((pl.col(name) * 10**kind.scale).cast(pl.Int64))

frame = both.sort("ts").collect()
columns = [rolled(f) for f in features if f["name"] not in divided]
out = frame.lazy().with_columns(columns).filter(pl.col("row_id").is_not_null()).collect()

for f in features:
    scale = scales.get(f["input"])
    if scale is not None and f["operation"] in ("sum", "min", "max"):
        back = pl.col(f["name"]).cast(pl.Decimal(38, scale)) / 10**scale
        out = out.with_columns(back.cast(pl.Decimal(38, scale)))

finish(out, result, features)
