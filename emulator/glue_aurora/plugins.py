"""Plugin specs that the entry points of pyproject.toml name.

The imports are inside the functions: LocalStack loads a service when it is first used.
"""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="glue")
def glue() -> Service:
    """AWS Glue: connections, jobs, runs, triggers, security configurations, tags."""
    from glue_aurora.glue.provider import create_service

    return create_service()


@aws_provider(api="rds")
def rds() -> Service:
    """Amazon RDS: Aurora PostgreSQL clusters."""
    from glue_aurora.rds.provider import create_service

    return create_service()


@aws_provider(api="rds-data")
def rds_data() -> Service:
    """The RDS Data API: SQL over HTTP for those clusters."""
    from glue_aurora.rds_data.provider import create_service

    return create_service()


@aws_provider(api="budgets")
def budgets() -> Service:
    """AWS Budgets: budgets with their notifications and subscribers, which are kept and never sent."""
    from glue_aurora.budgets.provider import create_service

    return create_service()


@aws_provider(api="ec2", name="corrected")
def ec2() -> Service:
    """LocalStack's EC2 with the corrections that a clean Terraform plan needs."""
    from glue_aurora.corrections.ec2.provider import create_service

    return create_service()


@aws_provider(api="cloudwatch", name="corrected")
def cloudwatch() -> Service:
    """LocalStack's CloudWatch with the corrections that a clean Terraform plan needs."""
    from glue_aurora.corrections.cloudwatch.provider import create_service

    return create_service()


@aws_provider(api="s3", name="corrected")
def s3() -> Service:
    """LocalStack's S3 with its objects in this LocalStack's own folder."""
    from glue_aurora.corrections.s3.provider import create_service

    return create_service()


@aws_provider(api="secretsmanager", name="corrected")
def secretsmanager() -> Service:
    """LocalStack's Secrets Manager with what AWS does about secrets that RDS manages."""
    from glue_aurora.corrections.secretsmanager.provider import create_service

    return create_service()


@aws_provider(api="iam", name="corrected")
def iam() -> Service:
    """LocalStack's IAM, whose UpdateRole changes what the request names."""
    from glue_aurora.corrections.iam.provider import create_service

    return create_service()


@aws_provider(api="kms", name="corrected")
def kms() -> Service:
    """LocalStack's KMS with AWS's own keys and aliases."""
    from glue_aurora.corrections.kms.provider import create_service

    return create_service()


@aws_provider(api="sns", name="corrected")
def sns() -> Service:
    """LocalStack's SNS, which keeps each attribute of a topic."""
    from glue_aurora.corrections.sns.provider import create_service

    return create_service()


@aws_provider(api="logs", name="corrected")
def logs() -> Service:
    """LocalStack's CloudWatch Logs, whose filters choose as on AWS."""
    from glue_aurora.corrections.logs.provider import create_service

    return create_service()


@aws_provider(api="events", name="corrected")
def events() -> Service:
    """LocalStack's EventBridge without the targets that it would never reach."""
    from glue_aurora.corrections.events.provider import create_service

    return create_service()


@aws_provider(api="scheduler", name="corrected")
def scheduler() -> Service:
    """LocalStack's EventBridge Scheduler, which starts nothing and therefore takes no enabled schedule."""
    from glue_aurora.corrections.scheduler.provider import create_service

    return create_service()


@aws_provider(api="stepfunctions", name="corrected")
def stepfunctions() -> Service:
    """LocalStack's Step Functions, whose state machines wait for Glue jobs."""
    from glue_aurora.corrections.stepfunctions.provider import create_service

    return create_service()


@aws_provider(api="firehose", name="corrected")
def firehose() -> Service:
    """LocalStack's Firehose without the streams that would deliver nothing."""
    from glue_aurora.corrections.firehose.provider import create_service

    return create_service()
