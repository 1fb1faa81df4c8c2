"""AWS Glue: connections, jobs, job runs, triggers, security configurations and tags."""
