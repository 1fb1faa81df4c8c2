"""The RDS Data API (service rds-data): SQL over HTTP for the clusters of the RDS plugin."""
