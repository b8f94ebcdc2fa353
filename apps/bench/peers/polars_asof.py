"""The last value of each table before the instant of every left row, with join_asof.

    python polars_asof.py <data folder> <result file> <tables …>
"""

import sys

import polars as pl
from frames import print_peak, scan

data, result, *tables = sys.argv[1:]

# One dictionary for all tables, so that keys become integers that are equal where the texts are.
key = pl.col("user_id").cast(pl.Categorical).to_physical()
frame = scan(data, "left", ["row_id", "user_id", "ts"]).with_columns(key).sort("ts")
for table in tables:
    value = f"{table}_amount_last"
    looked_up = (
        scan(data, table, ["user_id", "ts", pl.col("amount").alias(value)])
        .with_columns(key)
        .sort("ts")
    )
    frame = frame.join_asof(
        looked_up,
        on="ts",
        by="user_id",
        strategy="backward",
        allow_exact_matches=False,
        # It is sorted by time as a whole, therefore also within every key, which cannot be seen from the metadata.
        check_sortedness=False,
    )
frame.drop("user_id", "ts").collect().write_parquet(result)
print_peak()
