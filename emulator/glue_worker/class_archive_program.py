"""Does what a small job does, so that its classes get into the archive.

It does the small job and loads the S3 client. Its argument is an empty folder to work in.
"""

from __future__ import annotations

import sys
from pathlib import Path

import small_job  # type: ignore[import-not-found]
from pyspark.sql import SparkSession


def main(folder: Path) -> None:
    spark = SparkSession.builder.appName("class archive").getOrCreate()
    small_job.work(spark, folder)
    small_job.reach_for_s3(spark)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
