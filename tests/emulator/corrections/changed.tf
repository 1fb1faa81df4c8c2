# Every resource type of terraform/ that AWS changes in place, with as many of its settings as fit. The test applies it
# twice: `changed` gives each setting another value.

provider "aws" {
  region      = "us-east-1"
  max_retries = 2
  default_tags { tags = { stage = var.changed ? "two" : "one" } }
}

variable "changed" { type = bool }
variable "name" { type = string }

locals {
  word   = var.changed ? "two" : "one"
  number = var.changed ? 2 : 1
  trust  = { for service in ["glue", "ec2"] : service => jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "${service}.amazonaws.com" }, Action = "sts:AssumeRole" }] }) }
  root   = "arn:aws:iam::000000000000:root"
}

data "aws_kms_alias" "s3" { name = "alias/aws/s3" }

# Network

resource "aws_vpc" "this" {
  cidr_block                           = "10.45.0.0/16"
  enable_dns_hostnames                 = true
  enable_network_address_usage_metrics = var.changed
}

resource "aws_vpc_dhcp_options" "this" {
  domain_name                       = "example.org"
  domain_name_servers               = ["AmazonProvidedDNS"]
  ipv6_address_preferred_lease_time = 1440
  tags                              = { Name = local.word }
}

resource "aws_vpc_dhcp_options_association" "this" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = aws_vpc_dhcp_options.this.id
}

resource "aws_subnet" "this" {
  count                                       = 2
  vpc_id                                      = aws_vpc.this.id
  availability_zone                           = ["us-east-1a", "us-east-1b"][count.index]
  cidr_block                                  = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
  map_public_ip_on_launch                     = var.changed
  enable_resource_name_dns_a_record_on_launch = var.changed
  private_dns_hostname_type_on_launch         = var.changed ? "resource-name" : "ip-name"
}

resource "aws_route_table" "this" {
  count  = 2
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this[0].id
  route_table_id = aws_route_table.this[var.changed ? 1 : 0].id
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_egress_only_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_eip" "this" {
  domain = "vpc"
}

resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.this.id
  subnet_id     = aws_subnet.this[1].id
}

resource "aws_route" "this" {
  route_table_id         = aws_route_table.this[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = var.changed ? null : aws_internet_gateway.this.id
  nat_gateway_id         = var.changed ? aws_nat_gateway.this.id : null
}

resource "aws_network_acl" "this" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [aws_subnet.this[var.changed ? 1 : 0].id]

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = var.changed ? 65535 : 1024
  }

  egress {
    rule_no    = 100
    action     = var.changed ? "deny" : "allow"
    protocol   = "icmp"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
    icmp_type  = 8
    icmp_code  = -1
  }
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group" "this" {
  for_each    = toset(["one", "two"])
  name        = "${var.name}-${each.key}"
  description = each.key
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group_rule" "this" {
  security_group_id        = aws_security_group.this["one"].id
  source_security_group_id = aws_security_group.this["two"].id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  description              = local.word
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id = aws_security_group.this["one"].id
  ip_protocol       = "tcp"
  from_port         = 5431 + local.number
  to_port           = 5432
  cidr_ipv6         = "::/0"
  description       = local.word
  tags              = { Name = local.word }
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.this.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = var.changed ? aws_route_table.this[*].id : [aws_route_table.this[0].id]
  policy          = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = var.changed ? "s3:GetObject" : "s3:*", Resource = "*" }] })
}

resource "aws_vpc_endpoint" "interface" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.us-east-1.secretsmanager"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = !var.changed
  subnet_ids          = var.changed ? aws_subnet.this[*].id : [aws_subnet.this[0].id]
  security_group_ids  = [aws_security_group.this[local.word].id]
}

# Identity and keys

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "constant"
  assume_role_policy   = local.trust[var.changed ? "ec2" : "glue"]
  max_session_duration = 3600 * local.number
}

resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = var.changed ? "s3:GetObject" : "s3:*", Resource = "*" }] })
}

resource "aws_kms_key" "this" {
  count                   = 2
  description             = local.word
  enable_key_rotation     = true
  rotation_period_in_days = 100 * local.number
  deletion_window_in_days = 7
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this[var.changed ? 1 : 0].key_id
}

resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = local.word, Effect = "Allow", Principal = { AWS = local.root }, Action = "kms:*", Resource = "*" }] })
}

resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  description             = local.word
  kms_key_id              = aws_kms_key.this[var.changed ? 1 : 0].arn
  recovery_window_in_days = 0
}

# Bucket

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status     = var.changed ? "Suspended" : "Enabled"
    mfa_delete = "Disabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    bucket_key_enabled = var.changed
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.changed ? aws_kms_key.this[0].arn : data.aws_kms_alias.s3.target_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id
  rule { object_ownership = var.changed ? "BucketOwnerPreferred" : "BucketOwnerEnforced" }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = var.changed
  ignore_public_acls      = !var.changed
  block_public_policy     = var.changed
  restrict_public_buckets = !var.changed
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    id     = "all"
    status = "Enabled"
    filter { prefix = local.word }
    expiration { days = local.number }
    noncurrent_version_expiration { noncurrent_days = local.number }
  }
}

resource "aws_s3_object" "this" {
  bucket  = aws_s3_bucket.this.id
  key     = "object"
  content = local.word
}

# Notices

resource "aws_sns_topic" "this" {
  name                          = var.name
  display_name                  = local.word
  kms_master_key_id             = var.changed ? aws_kms_key.this[0].arn : "alias/aws/sns"
  sqs_success_feedback_role_arn = aws_iam_role.this.arn
  sqs_failure_feedback_role_arn = var.changed ? aws_iam_role.this.arn : null
  tracing_config                = var.changed ? "Active" : "PassThrough"
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = local.word, Effect = "Allow", Principal = { AWS = local.root }, Action = "sns:Publish", Resource = aws_sns_topic.this.arn }] })
}

resource "aws_sqs_queue" "this" {
  name = var.name
}

resource "aws_sns_topic_subscription" "this" {
  topic_arn            = aws_sns_topic.this.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this.arn
  raw_message_delivery = var.changed
  filter_policy        = jsonencode({ kind = [local.word] })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = var.name
  retention_in_days = var.changed ? 7 : 14
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = var.name
  alarm_description   = local.word
  namespace           = "N"
  metric_name         = local.word
  statistic           = var.changed ? "Sum" : "Maximum"
  period              = 60 * local.number
  evaluation_periods  = local.number
  threshold           = local.number
  comparison_operator = "GreaterThanThreshold"
  alarm_actions       = [aws_sns_topic.this.arn]
  treat_missing_data  = var.changed ? "breaching" : "notBreaching"
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = [{ type = "text", x = 0, y = 0, width = 6, height = 2, properties = { markdown = local.word } }] })
}

resource "aws_cloudwatch_event_rule" "this" {
  name          = var.name
  description   = local.word
  event_pattern = jsonencode({ source = [local.word] })
  state         = var.changed ? "DISABLED" : "ENABLED"
}

resource "aws_cloudwatch_event_target" "this" {
  rule      = aws_cloudwatch_event_rule.this.name
  target_id = "topic"
  arn       = aws_sns_topic.this.arn
  input     = jsonencode({ kind = local.word })
}

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  limit_amount = local.number
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  notification {
    comparison_operator        = "GREATER_THAN"
    threshold                  = 50 * local.number
    threshold_type             = "PERCENTAGE"
    notification_type          = "ACTUAL"
    subscriber_email_addresses = ["${local.word}@example.org"]
  }
}

# Glue and RDS

resource "aws_glue_connection" "this" {
  name            = var.name
  description     = local.word
  connection_type = "NETWORK"
  physical_connection_requirements {
    availability_zone      = aws_subnet.this[var.changed ? 1 : 0].availability_zone
    subnet_id              = aws_subnet.this[var.changed ? 1 : 0].id
    security_group_id_list = [aws_security_group.this[local.word].id]
  }
}

resource "aws_glue_job" "this" {
  name              = var.name
  description       = local.word
  role_arn          = aws_iam_role.this.arn
  glue_version      = "5.1"
  worker_type       = var.changed ? "G.2X" : "G.1X"
  number_of_workers = 1 + local.number
  max_retries       = local.number
  timeout           = 10 * local.number
  connections       = [aws_glue_connection.this.name]
  default_arguments = { "--word" = local.word }
  execution_property { max_concurrent_runs = local.number }
  command {
    name            = "glueetl"
    script_location = "s3://${aws_s3_bucket.this.bucket}/${local.word}.py"
    python_version  = "3"
  }
}

resource "aws_glue_trigger" "this" {
  name        = var.name
  description = local.word
  type        = "ON_DEMAND"
  actions {
    job_name  = aws_glue_job.this.name
    arguments = { "--word" = local.word }
  }
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = local.word
  subnet_ids  = aws_subnet.this[*].id
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = var.name
  description = "constant"
  family      = "aurora-postgresql16"
  parameter {
    name  = "log_min_duration_statement"
    value = tostring(1000 * local.number)
  }
}
