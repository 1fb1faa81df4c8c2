"""LocalStack plugin: AWS Glue jobs that really run and Aurora PostgreSQL clusters that really exist."""
