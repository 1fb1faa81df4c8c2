"""Worker agent: runs Glue Spark jobs that an API emulator hands to it over HTTP.

Needs the standard library and boto3 only, so that it runs unchanged where Glue's own image runs.
"""
