# The only job, its files in S3, its place in the network and its log groups.

locals {
  entry_script = "etl_performance_academica.py"
  scripts      = fileset(var.scripts_dir, "*.py")
  modules      = [for file in local.scripts : file if file != local.entry_script]

  # A private subnet does not reach PyPI, so the driver is a wheel in S3, built for Glue 5.1's Python and platform.
  wheels  = fileset(var.wheels_dir, "*-manylinux*_x86_64.whl")
  drivers = [for file in local.wheels : file if startswith(file, "psycopg2_binary-") && strcontains(file, "-cp311-cp311-")]
}

resource "aws_s3_object" "script" {
  for_each = local.scripts

  bucket       = var.bucket_name
  key          = "scripts/${each.value}"
  source       = "${var.scripts_dir}/${each.value}"
  source_hash  = filemd5("${var.scripts_dir}/${each.value}")
  content_type = "text/x-python"
}

resource "aws_s3_object" "wheel" {
  for_each = local.wheels

  bucket      = var.bucket_name
  key         = "wheels/${each.value}"
  source      = "${var.wheels_dir}/${each.value}"
  source_hash = filemd5("${var.wheels_dir}/${each.value}")
}

# The job accepts a database server only with a certificate that one of these authorities signed.
resource "aws_s3_object" "ca_bundle" {
  bucket       = var.bucket_name
  key          = "certificates/aurora-ca-bundle.pem"
  source       = var.aurora_ca_bundle
  source_hash  = filemd5(var.aurora_ca_bundle)
  content_type = "application/x-pem-file"

  lifecycle {
    precondition {
      condition     = try(strcontains(file(var.aurora_ca_bundle), "-----BEGIN CERTIFICATE-----"), false)
      error_message = <<-EOT
        ${var.aurora_ca_bundle} is missing or has no certificate in PEM form: the job could not verify the database's certificate.
        Fetch Amazon's bundle of authorities and plan again; docs/aws.md, "Before you begin", has the command.
      EOT
    }

    precondition {
      condition     = !try(strcontains(file(var.aurora_ca_bundle), "PRIVATE KEY-----"), false)
      error_message = "${var.aurora_ca_bundle} has a private key, which must not go to S3. Give a file with certificates only."
    }
  }
}

# Glue would make these groups by itself, but without the key and with logs kept for ever.
resource "aws_cloudwatch_log_group" "job" {
  # checkov:skip=CKV_AWS_338: messages may name pupils; they are kept no longer than needed to look into a failure
  for_each = toset(["output", "error"])

  name              = "${var.log_group_prefix}/${each.value}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# A NETWORK connection places the job in the subnet and holds no credentials. The script itself connects to the database.
resource "aws_glue_connection" "network" {
  name            = var.connection_name
  description     = "Private subnet of the job"
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = var.glue_availability_zone
    security_group_id_list = [var.glue_security_group_id]
    subnet_id              = var.glue_subnet_id
  }
}

resource "aws_glue_job" "this" {
  # checkov:skip=CKV_AWS_195: a security configuration renames the log groups to <configuration>-role/<role>; bucket and log groups are encrypted with the key by themselves, bookmarks are off
  name              = var.job_name
  description       = "raw CSV files to one denormalised table, as Parquet and in Aurora"
  role_arn          = var.role_arn
  glue_version      = "5.1"
  worker_type       = "G.1X"
  number_of_workers = 2
  timeout           = var.timeout_minutes
  max_retries       = 0
  connections       = [aws_glue_connection.network.name]

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "s3://${var.bucket_name}/${aws_s3_object.script[local.entry_script].key}"
  }

  execution_property {
    max_concurrent_runs = 1
  }

  dynamic "notification_property" {
    for_each = var.notify_delay_minutes == null ? [] : [var.notify_delay_minutes]

    content {
      notify_delay_after = notification_property.value
    }
  }

  default_arguments = {
    "--job-language"              = "python"
    "--job-bookmark-option"       = "job-bookmark-disable"
    "--TempDir"                   = "s3://${var.bucket_name}/tmp/"
    "--extra-py-files"            = join(",", [for file in local.modules : "s3://${var.bucket_name}/${aws_s3_object.script[file].key}"])
    "--extra-files"               = "s3://${var.bucket_name}/${aws_s3_object.ca_bundle.key}"
    "--additional-python-modules" = join(",", [for wheel in aws_s3_object.wheel : "s3://${var.bucket_name}/${wheel.key}"])
    "--custom-logGroup-prefix"    = var.log_group_prefix

    "--data_bucket"       = var.bucket_name
    "--raw_prefix"        = var.raw_prefix
    "--processed_prefix"  = "processed/"
    "--aurora_host"       = var.aurora_host
    "--aurora_port"       = tostring(var.aurora_port)
    "--aurora_database"   = var.aurora_database
    "--aurora_table"      = "performance_academica"
    "--aurora_secret_arn" = var.aurora_secret_arn
    "--aurora_ca_bundle"  = basename(aws_s3_object.ca_bundle.key)

    "--csv_encoding"         = var.csv_encoding
    "--csv_separator"        = var.csv_separator
    "--decimal_separator"    = var.decimal_separator
    "--max_rejected_percent" = tostring(var.max_rejected_percent)
  }

  lifecycle {
    precondition {
      condition     = length(local.drivers) == 1
      error_message = <<-EOT
        ${var.wheels_dir} has ${length(local.drivers)} wheels of the PostgreSQL driver (psycopg2_binary-*-cp311-cp311-manylinux*_x86_64.whl), and the job needs exactly one.
        Run `make wheels` at the top of the project and apply again.
      EOT
    }
  }

  depends_on = [aws_cloudwatch_log_group.job]
}

resource "aws_glue_trigger" "schedule" {
  count = var.schedule == null ? 0 : 1

  name        = "${var.job_name}-schedule"
  description = "Starts the job by time"
  type        = "SCHEDULED"
  schedule    = var.schedule

  actions {
    job_name = aws_glue_job.this.name
  }
}
