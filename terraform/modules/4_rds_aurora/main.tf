# Aurora PostgreSQL Serverless v2, which pauses when idle. RDS makes the master password and keeps it in Secrets Manager, so
# neither the state nor a variable has it.

locals {
  # Every environment has a key of its own, so the name of an old snapshot can't collide with the next one.
  final_snapshot_identifier = "${var.project_name}-aurora-final-${substr(sha256(var.kms_key_arn), 0, 8)}"
}

resource "aws_db_subnet_group" "this" {
  name        = "${var.project_name}-aurora"
  description = "Private subnets of ${var.project_name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "aurora" {
  name        = "${var.project_name}-aurora"
  description = "Aurora cluster"
  vpc_id      = var.vpc_id
}

# The rule names a group, because the addresses of Glue's network interfaces change. Nothing else reaches the database.
resource "aws_security_group_rule" "aurora_from_client" {
  security_group_id        = aws_security_group.aurora.id
  description              = "PostgreSQL from the Glue job"
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = aws_rds_cluster.this.port
  to_port                  = aws_rds_cluster.this.port
  source_security_group_id = var.client_security_group_id
}

resource "aws_security_group_rule" "client_to_aurora" {
  security_group_id        = var.client_security_group_id
  description              = "PostgreSQL to the Aurora cluster"
  type                     = "egress"
  protocol                 = "tcp"
  from_port                = aws_rds_cluster.this.port
  to_port                  = aws_rds_cluster.this.port
  source_security_group_id = aws_security_group.aurora.id
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${var.project_name}-aurora"
  description = "TLS only; changes of the schema and slow statements logged"
  family      = "aurora-postgresql${split(".", var.engine_version)[0]}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000" # milliseconds
  }
}

resource "aws_rds_cluster" "this" {
  # checkov:skip=CKV_AWS_139: deletion protection is var.deletion_protection, off because the case is made to be torn down
  # checkov:skip=CKV_AWS_162: nobody signs in by IAM; a second way in without a user is only a second way in
  # checkov:skip=CKV_AWS_324: exporting logs can keep Aurora from pausing; they can be read in RDS
  # checkov:skip=CKV2_AWS_8: RDS's own backups, var.backup_retention_days of them; the rows can be made again from the CSV files
  cluster_identifier              = "${var.project_name}-aurora"
  engine                          = "aurora-postgresql"
  engine_version                  = var.engine_version
  database_name                   = var.database_name
  master_username                 = var.master_username
  manage_master_user_password     = true
  master_user_secret_kms_key_id   = var.kms_key_arn
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.aurora.id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  storage_encrypted               = true
  kms_key_id                      = var.kms_key_arn
  backup_retention_period         = var.backup_retention_days
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = !var.final_snapshot
  final_snapshot_identifier       = var.final_snapshot ? local.final_snapshot_identifier : null
  apply_immediately               = true
  enable_http_endpoint            = true # Aurora is private: the Data API runs sql/ without a bastion

  serverlessv2_scaling_configuration {
    min_capacity             = 0
    max_capacity             = var.max_capacity
    seconds_until_auto_pause = var.seconds_until_auto_pause
  }
}

resource "aws_rds_cluster_instance" "this" {
  # checkov:skip=CKV_AWS_118: Enhanced Monitoring can keep Aurora from pausing
  # checkov:skip=CKV_AWS_226: an automatic upgrade would leave the long-term support minor
  # checkov:skip=CKV_AWS_353: Performance Insights can keep Aurora from pausing
  count = var.instance_count

  identifier                 = "${var.project_name}-aurora-${count.index + 1}"
  cluster_identifier         = aws_rds_cluster.this.id
  engine                     = aws_rds_cluster.this.engine
  engine_version             = aws_rds_cluster.this.engine_version
  instance_class             = "db.serverless"
  db_subnet_group_name       = aws_db_subnet_group.this.name
  publicly_accessible        = false
  promotion_tier             = 1 # a reader of tier 0 or 1 has the writer's capacity, and pauses with it
  auto_minor_version_upgrade = false
  copy_tags_to_snapshot      = true
  apply_immediately          = true
}
