"""What runs in Spark, in the worker's venv."""
