mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  backup_retention_days    = 7
  client_security_group_id = "sg-1"
  database_name            = "letrus"
  deletion_protection      = false
  engine_version           = "16.8"
  final_snapshot           = false
  instance_count           = 1
  kms_key_arn              = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  master_username          = "letrus_admin"
  max_capacity             = 2
  project_name             = "unit"
  seconds_until_auto_pause = 300
  subnet_ids               = ["subnet-1", "subnet-2"]
  vpc_id                   = "vpc-1"
}

run "scales_to_zero_and_keeps_no_password" {
  command = plan

  module {
    source = "./modules/4_rds_aurora"
  }

  assert {
    condition     = one(aws_rds_cluster.this.serverlessv2_scaling_configuration).min_capacity == 0
    error_message = "The cluster must pause when idle."
  }

  assert {
    condition     = aws_rds_cluster.this.manage_master_user_password && aws_rds_cluster.this.master_password == null
    error_message = "The password is RDS's, not Terraform's."
  }

  assert {
    condition     = contains(aws_rds_cluster_parameter_group.this.parameter[*].name, "rds.force_ssl")
    error_message = "The database must refuse plain connections."
  }

  assert {
    condition     = aws_rds_cluster.this.storage_encrypted && alltrue([for one in aws_rds_cluster_instance.this : !one.publicly_accessible])
    error_message = "The database is encrypted and private."
  }

  assert {
    condition     = aws_rds_cluster.this.skip_final_snapshot && !aws_rds_cluster.this.deletion_protection
    error_message = "By default the case can be torn down."
  }
}

run "can_be_protected" {
  command = plan

  module {
    source = "./modules/4_rds_aurora"
  }

  variables {
    deletion_protection = true
    final_snapshot      = true
  }

  assert {
    condition = (
      aws_rds_cluster.this.deletion_protection &&
      !aws_rds_cluster.this.skip_final_snapshot &&
      can(regex("^unit-aurora-final-[0-9a-f]{8}$", aws_rds_cluster.this.final_snapshot_identifier))
    )
    error_message = "Protection and final snapshot must reach the cluster."
  }
}

run "only_the_job_reaches_the_database" {
  command = apply

  module {
    source = "./modules/4_rds_aurora"
  }

  assert {
    condition = (
      aws_security_group_rule.aurora_from_client.source_security_group_id == "sg-1" &&
      aws_security_group_rule.aurora_from_client.from_port == 5432 && aws_security_group_rule.aurora_from_client.to_port == 5432 &&
      length(coalesce(aws_security_group_rule.aurora_from_client.cidr_blocks, [])) == 0
    )
    error_message = "From one group, to one port, from no address."
  }

  assert {
    condition     = aws_rds_cluster.this.kms_key_id == var.kms_key_arn && aws_rds_cluster.this.master_user_secret_kms_key_id == var.kms_key_arn
    error_message = "Storage and secret are encrypted with the project's key."
  }

  assert {
    condition     = output.cluster_port == 5432 && startswith(output.master_user_secret_arn, "arn:aws:secretsmanager:")
    error_message = "Port and secret are outputs."
  }
}

run "a_reader_takes_over" {
  command = plan

  module {
    source = "./modules/4_rds_aurora"
  }

  variables {
    backup_retention_days = 35
    instance_count        = 2
  }

  assert {
    condition     = aws_rds_cluster_instance.this[*].identifier == ["unit-aurora-1", "unit-aurora-2"] && alltrue([for one in aws_rds_cluster_instance.this : one.promotion_tier == 1])
    error_message = "Two instances; the reader pauses and wakes with the writer (tier 0 or 1)."
  }

  assert {
    condition     = aws_rds_cluster.this.backup_retention_period == 35
    error_message = "Backups are kept as long as asked."
  }
}
