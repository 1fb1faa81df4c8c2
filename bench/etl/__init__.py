"""The peers. Each is a program of its own that does the whole work: CSV, join, Parquet, table."""
