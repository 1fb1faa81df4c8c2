mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  availability_zones     = ["us-east-1a", "us-east-1b", "us-east-1c"]
  endpoint_in_every_zone = false
  glue_availability_zone = null
  project_name           = "unit"
  vpc_cidr               = "10.42.0.0/16"
}

run "private_and_in_every_zone" {
  command = apply

  module {
    source = "./modules/1_networking"
  }

  assert {
    condition = (
      { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == {
        us-east-1a = "10.42.0.0/24"
        us-east-1b = "10.42.1.0/24"
        us-east-1c = "10.42.2.0/24"
      } && alltrue([for subnet in aws_subnet.private : !subnet.map_public_ip_on_launch])
    )
    error_message = "One private subnet in each zone, without public addresses."
  }

  assert {
    condition     = alltrue([for zone, subnet in aws_subnet.private : aws_route_table_association.private[zone].route_table_id == aws_route_table.private.id])
    error_message = "Every subnet uses the route table that leads to S3."
  }

  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3.route_table_ids == toset([aws_route_table.private.id])
    error_message = "Without the S3 gateway endpoint in its route table Glue does not start."
  }

  assert {
    condition     = aws_vpc_endpoint.secretsmanager.private_dns_enabled && aws_vpc_endpoint.secretsmanager.subnet_ids == toset([aws_subnet.private["us-east-1a"].id])
    error_message = "The endpoint is paid by zone: in Glue's zone only."
  }

  assert {
    condition     = output.glue_availability_zone == "us-east-1a" && output.glue_subnet_id == aws_subnet.private["us-east-1a"].id
    error_message = "Glue runs in the first zone."
  }

  assert {
    condition     = aws_vpc.this.enable_dns_support && aws_vpc.this.enable_dns_hostnames
    error_message = "Private DNS of the endpoint needs both."
  }
}

run "nothing_is_open" {
  command = apply

  module {
    source = "./modules/1_networking"
  }

  assert {
    condition = alltrue([
      for rule in [
        aws_security_group_rule.glue_from_itself,
        aws_security_group_rule.glue_to_itself,
        aws_security_group_rule.glue_to_endpoints,
        aws_security_group_rule.glue_to_s3,
        aws_security_group_rule.endpoints_from_glue,
      ] : length(coalesce(rule.cidr_blocks, [])) + length(coalesce(rule.ipv6_cidr_blocks, [])) == 0
    ])
    error_message = "No rule names addresses, so none says 0.0.0.0/0: peers are groups and the prefix list of S3."
  }

  assert {
    condition = (
      aws_security_group_rule.glue_from_itself.self && aws_security_group_rule.glue_from_itself.type == "ingress" &&
      aws_security_group_rule.glue_from_itself.protocol == "tcp" &&
      aws_security_group_rule.glue_from_itself.from_port == 0 && aws_security_group_rule.glue_from_itself.to_port == 65535
    )
    error_message = "Glue refuses a group that does not open all TCP ports to itself."
  }

  assert {
    condition = alltrue([
      for rule in [aws_security_group_rule.glue_to_endpoints, aws_security_group_rule.glue_to_s3, aws_security_group_rule.endpoints_from_glue] :
      rule.from_port == 443 && rule.to_port == 443
    ])
    error_message = "HTTPS only."
  }

  assert {
    condition     = length(coalesce(aws_default_security_group.this.ingress, [])) + length(coalesce(aws_default_security_group.this.egress, [])) == 0
    error_message = "The default group lets nothing through."
  }
}

run "glue_can_move_and_the_endpoint_be_everywhere" {
  command = apply

  module {
    source = "./modules/1_networking"
  }

  variables {
    endpoint_in_every_zone = true
    glue_availability_zone = "us-east-1b"
  }

  assert {
    condition     = output.glue_availability_zone == "us-east-1b" && output.glue_subnet_id == aws_subnet.private["us-east-1b"].id
    error_message = "Glue runs in the zone that was asked for."
  }

  assert {
    condition     = aws_vpc_endpoint.secretsmanager.subnet_ids == toset([for subnet in aws_subnet.private : subnet.id])
    error_message = "An address of the endpoint in every zone."
  }
}
