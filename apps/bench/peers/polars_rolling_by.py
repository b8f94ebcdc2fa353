"""The features of the left rows with Expr.rolling_*_by(…).over(key), all in one query.

    python polars_rolling_by.py <data folder> <result file> <features as JSON> <few | all>
"""

import polars as pl
from frames import Integers, arguments, averages, events_and_left, finish

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


# Decimals have no rolling sums; as integers of their last digit they have, and exact ones.
integers = Integers(events_and_left(data, inputs, few).sort("ts").collect(), inputs)
columns = [rolled(f) for f in features if f["name"] not in divided]
is_left = pl.col("row_id").is_not_null()
rows = integers.frame.lazy().with_columns(columns).filter(is_left).collect()

finish(integers.back(rows, features), result, features)
