"""Asks Spark: a job as JSON on stdin, answers as JSON on stdout.

{"parse": [text], "view": sql, "evaluate": [[text]], "ansi": bool}: `parse` is answered with what Spark's own parser says of
each text that it refuses, `evaluate` with one list of values per expression, or the error of it. Doubles are in hexadecimal.
"""

import json
import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # Spark's own lines go elsewhere.

from pyspark.sql import SparkSession  # noqa: E402

job = json.load(sys.stdin)
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "true" if job["ansi"] else "false")
    # Adds up what TRY_ADD is to add one by one, past an overflow (4.0.1).
    .config(
        "spark.sql.optimizer.excludedRules",
        "org.apache.spark.sql.catalyst.optimizer.ReorderAssociativeOperator",
    )
    # Compiling each expression takes longer than asking the interpreter.
    .config("spark.sql.codegen.wholeStage", "false")
    .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.driver.memory", "2g")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

refused = []
parser = spark._jsparkSession.sessionState().sqlParser()
for at, text in enumerate(job["parse"]):
    try:
        parser.parseExpression(text)
    except Exception as error:  # noqa: BLE001
        refused.append([at, str(error)[:500]])


def plain(value):
    return value.hex() if isinstance(value, float) else value


def column(texts):
    """Values of each text, rows in order."""
    named = ", ".join(f"{text} AS e{at}" for at, text in enumerate(texts))
    rows = spark.sql(f"SELECT {named} FROM (SELECT * FROM t ORDER BY __row)").collect()
    return [[plain(row[at]) for row in rows] for at in range(len(texts))]


answers = []
if job["evaluate"]:
    spark.sql(job["view"]).coalesce(1).cache().createOrReplaceTempView("t")
for texts in job["evaluate"]:
    try:
        answers.extend(column(texts))
    except Exception:  # noqa: BLE001
        for text in texts:
            try:
                answers.extend(column([text]))
            except Exception as error:  # noqa: BLE001
                answers.append({"error": str(error)[:700]})

json.dump({"refused": refused, "answers": answers}, out)
out.close()
spark.stop()
