"""The benchmark behind ``make bench``: the job against its peers, on the same data and database (bench/README.md)."""
