"""The peers, each a program of its own that does the whole: CSV, join, Parquet, table."""
