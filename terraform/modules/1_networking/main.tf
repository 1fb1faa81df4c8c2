# A VPC without a way to the internet. A gateway endpoint leads to S3: it is free, and Glue refuses to start in a subnet
# without one. An interface endpoint leads to Secrets Manager. Logs and Glue's own API go through Glue's proxy and need none:
# https://docs.aws.amazon.com/glue/latest/dg/connection-VPC-disable-proxy.html

data "aws_region" "current" {}

locals {
  # A Glue connection lives in one subnet.
  glue_zone      = coalesce(var.glue_availability_zone, var.availability_zones[0])
  endpoint_zones = var.endpoint_in_every_zone ? var.availability_zones : [local.glue_zone]
}

resource "aws_vpc" "this" {
  # checkov:skip=CKV2_AWS_11: flow logs cost more than the rest of this VPC; nothing in it faces the internet
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # private DNS names of the endpoint

  tags = {
    Name = var.project_name
  }
}

# Without rules, so that nothing lands by accident in a group that lets everything through.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = {
    Name = "${var.project_name}-default-closed"
  }
}

resource "aws_subnet" "private" {
  for_each = { for index, zone in var.availability_zones : zone => index }

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.vpc_cidr, 8, each.value)
  map_public_ip_on_launch = false

  tags = {
    Name = "${var.project_name}-private-${each.key}"
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  tags = {
    Name = "${var.project_name}-private"
  }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.name}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]

  tags = {
    Name = "${var.project_name}-s3"
  }
}

# AWS charges for an interface endpoint by zone, and only the job reads the secret. By default it is in Glue's zone only.
resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${data.aws_region.current.name}.secretsmanager"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for zone in local.endpoint_zones : aws_subnet.private[zone].id]
  security_group_ids  = [aws_security_group.endpoints.id]

  tags = {
    Name = "${var.project_name}-secretsmanager"
  }
}

resource "aws_security_group" "glue" {
  # checkov:skip=CKV2_AWS_5: attached to the Glue connection, a resource that this check does not know
  name        = "${var.project_name}-glue"
  description = "Network interfaces of the Glue job"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "endpoints" {
  name        = "${var.project_name}-endpoints"
  description = "Interface endpoints"
  vpc_id      = aws_vpc.this.id
}

# Glue refuses a connection whose groups don't let its own nodes reach each other on every TCP port:
# https://docs.aws.amazon.com/glue/latest/dg/connection-JDBC-VPC.html
resource "aws_security_group_rule" "glue_from_itself" {
  security_group_id = aws_security_group.glue.id
  description       = "Driver and executors to each other"
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 0
  to_port           = 65535
  self              = true
}

resource "aws_security_group_rule" "glue_to_itself" {
  security_group_id = aws_security_group.glue.id
  description       = "Driver and executors to each other"
  type              = "egress"
  protocol          = "tcp"
  from_port         = 0
  to_port           = 65535
  self              = true
}

resource "aws_security_group_rule" "glue_to_endpoints" {
  security_group_id        = aws_security_group.glue.id
  description              = "HTTPS to the interface endpoints"
  type                     = "egress"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.endpoints.id
}

resource "aws_security_group_rule" "glue_to_s3" {
  security_group_id = aws_security_group.glue.id
  description       = "HTTPS to S3 through its gateway endpoint"
  type              = "egress"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_ids   = [aws_vpc_endpoint.s3.prefix_list_id]
}

resource "aws_security_group_rule" "endpoints_from_glue" {
  security_group_id        = aws_security_group.endpoints.id
  description              = "HTTPS from the Glue job"
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.glue.id
}
