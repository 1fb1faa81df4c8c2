mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  aurora_ca_bundle       = "tests/fixtures/ca-bundle.pem"
  aurora_database        = "letrus"
  aurora_host            = "db.example"
  aurora_port            = 5433
  aurora_secret_arn      = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-mock-AbCdEf"
  bucket_name            = "unit-data"
  connection_name        = "unit-network"
  csv_encoding           = "utf-8"
  csv_separator          = "auto"
  decimal_separator      = "auto"
  glue_availability_zone = "us-east-1a"
  glue_security_group_id = "sg-1"
  glue_subnet_id         = "subnet-1"
  job_name               = "unit-etl-performance-academica"
  kms_key_arn            = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  log_group_prefix       = "/aws-glue/unit"
  log_retention_days     = 30
  max_rejected_percent   = 7.5
  notify_delay_minutes   = null
  raw_prefix             = "raw/"
  role_arn               = "arn:aws:iam::123456789012:role/unit"
  schedule               = null
  scripts_dir            = "../glue_scripts"
  timeout_minutes        = 30
  wheels_dir             = "tests/fixtures/wheels"
}

run "job_arguments_are_wired" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  assert {
    condition = {
      for name, value in aws_glue_job.this.default_arguments : name => value if !startswith(name, "--job-")
      } == {
      "--TempDir"                   = "s3://unit-data/tmp/"
      "--extra-py-files"            = join(",", [for module in ["arguments", "common", "copying", "database", "formats", "headers", "invisible", "merge", "outputs", "quality", "reading", "source_files", "sql_text", "staging", "table"] : "s3://unit-data/scripts/${module}.py"])
      "--extra-files"               = "s3://unit-data/certificates/aurora-ca-bundle.pem"
      "--additional-python-modules" = "s3://unit-data/wheels/psycopg2_binary-0.0.0-cp311-cp311-manylinux2014_x86_64.whl"
      "--custom-logGroup-prefix"    = "/aws-glue/unit"
      "--data_bucket"               = "unit-data"
      "--raw_prefix"                = "raw/"
      "--processed_prefix"          = "processed/"
      "--aurora_host"               = "db.example"
      "--aurora_port"               = "5433"
      "--aurora_database"           = "letrus"
      "--aurora_table"              = "performance_academica"
      "--aurora_secret_arn"         = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-mock-AbCdEf"
      "--aurora_ca_bundle"          = "aurora-ca-bundle.pem"
      "--csv_encoding"              = "utf-8"
      "--csv_separator"             = "auto"
      "--decimal_separator"         = "auto"
      "--max_rejected_percent"      = "7.5"
    }
    error_message = "The job reads exactly these arguments (docs/interfaces.md)."
  }

  assert {
    condition     = one(aws_glue_job.this.command).script_location == "s3://unit-data/scripts/etl_performance_academica.py"
    error_message = "Entry script."
  }

  assert {
    condition = (
      aws_glue_job.this.glue_version == "5.1" &&
      aws_glue_job.this.worker_type == "G.1X" &&
      aws_glue_job.this.number_of_workers == 2 &&
      aws_glue_job.this.max_retries == 0 &&
      one(aws_glue_job.this.execution_property).max_concurrent_runs == 1 &&
      aws_glue_job.this.connections == tolist(["unit-network"])
    )
    error_message = "Version, size, retries, concurrency and connection of the job."
  }

  assert {
    condition     = length(aws_glue_trigger.schedule) == 0
    error_message = "Without a schedule there is no trigger."
  }
}

run "schedule_makes_a_trigger" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  variables {
    schedule = "cron(0 6 * * ? *)"
  }

  assert {
    condition     = one(aws_glue_trigger.schedule).type == "SCHEDULED" && one(aws_glue_trigger.schedule).schedule == "cron(0 6 * * ? *)"
    error_message = "The schedule must reach the trigger."
  }
}

run "says_how_to_get_the_driver" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  variables {
    wheels_dir = "tests/fixtures/no_wheels"
  }

  expect_failures = [aws_glue_job.this]
}

run "certificates_are_shipped" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  assert {
    condition = (
      aws_s3_object.ca_bundle.source == "tests/fixtures/ca-bundle.pem" &&
      aws_s3_object.ca_bundle.source_hash == filemd5("tests/fixtures/ca-bundle.pem") &&
      aws_s3_object.ca_bundle.content == null
    )
    error_message = "The bundle is shipped as a file, whose content is in no plan or state."
  }
}

run "says_how_to_get_the_certificates" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  variables {
    aurora_ca_bundle = "tests/fixtures/no-bundle.pem"
  }

  expect_failures = [aws_s3_object.ca_bundle]
}

run "refuses_a_bundle_without_certificates" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  variables {
    aurora_ca_bundle = "tests/fixtures/wheels/psycopg2_binary-0.0.0-cp311-cp311-manylinux2014_x86_64.whl"
  }

  expect_failures = [aws_s3_object.ca_bundle]
}

run "refuses_a_private_key" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  variables {
    aurora_ca_bundle = "tests/fixtures/with-key.pem"
  }

  expect_failures = [aws_s3_object.ca_bundle]
}

run "overlong_runs_are_told_of" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  variables {
    notify_delay_minutes = 15
  }

  assert {
    condition     = one(aws_glue_job.this.notification_property).notify_delay_after == 15
    error_message = "Without it Glue sends no event of a run that takes long."
  }
}

run "logs_end_and_are_encrypted" {
  command = plan

  module {
    source = "./modules/5_glue"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.job : group.retention_in_days == 30 && group.kms_key_id == var.kms_key_arn])
    error_message = "Log groups have an end of retention, and the key."
  }
}
