# Aurora and the network around it, with every option that once kept a second plan from being empty.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region      = "us-east-1"
  max_retries = 2
}

variable "changed" {
  type    = bool
  default = false
}

locals {
  zones  = ["us-east-1a", "us-east-1b"]
  suffix = var.changed ? " changed" : ""
}

resource "aws_vpc" "this" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
}

resource "aws_security_group" "aurora" {
  name        = "terraform-rds-aurora"
  description = "Aurora"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "client" {
  name        = "terraform-rds-client"
  description = "Client"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.this.id
  service_name = "com.amazonaws.us-east-1.s3"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = var.changed ? "s3:GetObject" : "s3:*"
      Resource  = "*"
    }]
  })
}

resource "aws_vpc_security_group_ingress_rule" "group" {
  security_group_id            = aws_security_group.aurora.id
  description                  = "PostgreSQL from the client${local.suffix}"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.client.id
}

resource "aws_vpc_security_group_ingress_rule" "itself" {
  security_group_id            = aws_security_group.client.id
  description                  = "Everything from itself${local.suffix}"
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.client.id
}

resource "aws_vpc_security_group_egress_rule" "prefix_list" {
  security_group_id = aws_security_group.client.id
  description       = "S3 through its endpoint${local.suffix}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
}

resource "aws_vpc_security_group_egress_rule" "range" {
  security_group_id = aws_security_group.client.id
  description       = var.changed ? null : "Within the VPC"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = aws_vpc.this.cidr_block
}

# The older resource for rules, on a group of its own: the two may not be mixed on one.
resource "aws_security_group" "older" {
  name        = "terraform-rds-older"
  description = "Older resource for rules"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group_rule" "itself" {
  security_group_id = aws_security_group.older.id
  description       = "All TCP from itself${local.suffix}"
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 0
  to_port           = 65535
  self              = true
}

resource "aws_security_group_rule" "group" {
  security_group_id        = aws_security_group.older.id
  description              = "PostgreSQL to Aurora${local.suffix}"
  type                     = "egress"
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
  source_security_group_id = aws_security_group.aurora.id
}

resource "aws_security_group_rule" "prefix_list" {
  security_group_id = aws_security_group.older.id
  description       = "S3 through its endpoint${local.suffix}"
  type              = "egress"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_ids   = [aws_vpc_endpoint.s3.prefix_list_id]
}

resource "aws_kms_key" "this" {
  description             = "terraform-rds"
  deletion_window_in_days = 7
}

resource "aws_db_subnet_group" "this" {
  name        = "terraform-rds"
  description = "Private subnets${local.suffix}"
  subnet_ids  = aws_subnet.private[*].id
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = "terraform-rds"
  description = "TLS only"
  family      = "aurora-postgresql16"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = var.changed ? "all" : "ddl"
  }

  parameter {
    name         = "max_connections"
    value        = "200"
    apply_method = "pending-reboot"
  }

  tags = { stage = var.changed ? "two" : "one" }
}

resource "aws_db_parameter_group" "this" {
  name        = "terraform-rds-instances"
  description = "Of instances"
  family      = "aurora-postgresql16"

  parameter {
    name  = "log_min_duration_statement"
    value = var.changed ? "2000" : "1000"
  }
}

resource "aws_rds_cluster" "this" {
  cluster_identifier                  = "terraform-rds"
  engine                              = "aurora-postgresql"
  engine_version                      = var.changed ? "16.9" : "16.8"
  database_name                       = "terraform_rds"
  master_username                     = "terraform_rds_user"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = aws_kms_key.this.arn
  db_subnet_group_name                = aws_db_subnet_group.this.name
  vpc_security_group_ids              = [aws_security_group.aurora.id]
  db_cluster_parameter_group_name     = aws_rds_cluster_parameter_group.this.name
  storage_encrypted                   = true
  kms_key_id                          = aws_kms_key.this.arn
  backup_retention_period             = var.changed ? 8 : 7
  copy_tags_to_snapshot               = true
  iam_database_authentication_enabled = !var.changed
  enabled_cloudwatch_logs_exports     = var.changed ? [] : ["postgresql"]
  database_insights_mode              = "standard"
  skip_final_snapshot                 = true
  apply_immediately                   = true
  enable_http_endpoint                = var.changed
  tags                                = { stage = var.changed ? "two" : "one" }

  serverlessv2_scaling_configuration {
    min_capacity             = 0
    max_capacity             = var.changed ? 4 : 2
    seconds_until_auto_pause = 600
  }
}

resource "aws_rds_cluster_instance" "this" {
  identifier                            = "terraform-rds-1"
  cluster_identifier                    = aws_rds_cluster.this.id
  engine                                = aws_rds_cluster.this.engine
  instance_class                        = "db.serverless"
  db_parameter_group_name               = aws_db_parameter_group.this.name
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.this.arn
  performance_insights_retention_period = 7
  auto_minor_version_upgrade            = false
  apply_immediately                     = true
}

# No Lambda function: RDS rotates the secret that it manages; this changes the interval only.
resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id          = one(aws_rds_cluster.this.master_user_secret).secret_arn
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.changed ? 20 : 30
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "terraform-rds"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 1
  threshold           = 90
  comparison_operator = "GreaterThanThreshold"
  tags                = { stage = var.changed ? "two" : "one" }
}

data "aws_rds_engine_version" "preferred" {
  engine  = "aurora-postgresql"
  version = "16.8"
}

data "aws_rds_orderable_db_instance" "serverless" {
  engine         = "aurora-postgresql"
  engine_version = data.aws_rds_engine_version.preferred.version
  instance_class = "db.serverless"
}

output "endpoint" {
  value = aws_rds_cluster.this.endpoint
}

output "port" {
  value = aws_rds_cluster.this.port
}

output "secret_arn" {
  value = one(aws_rds_cluster.this.master_user_secret).secret_arn
}
