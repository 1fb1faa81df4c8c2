"""The job's arguments as Glue gives them, and the secret and the file that two of them name."""

from __future__ import annotations

import json
import re
import ssl
import sys
from pathlib import Path

import boto3
from awsglue.utils import GlueArgumentError, getResolvedOptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from common import ConfigurationError, Job
from database import Database

REQUIRED_ARGUMENTS = (
    "JOB_NAME",
    "data_bucket",
    "raw_prefix",
    "processed_prefix",
    "aurora_host",
    "aurora_port",
    "aurora_database",
    "aurora_table",
    "aurora_secret_arn",
    "aurora_ca_bundle",
)
# Terraform sets these too; a job that somebody made by hand may leave them out.
OPTIONAL_ARGUMENTS = {
    "csv_encoding": "utf-8",
    "csv_separator": "auto",
    "decimal_separator": "auto",
    "max_rejected_percent": "10",
}
# Only encodings in which the bytes of ASCII mean ASCII: lines are split before they are decoded.
ENCODINGS = ("utf-8", "iso-8859-1", "windows-1252")
SEPARATORS = {"auto": "auto", ",": ",", ";": ";", "|": "|", "tab": "\t"}
DECIMAL_SEPARATORS = ("auto", ".", ",")


def resolve_arguments(argv: list[str]) -> dict[str, str]:
    """Values of our arguments and `JOB_RUN_ID` out of `argv`; all other arguments are ignored.

    getResolvedOptions lets argparse abbreviate (`--data x` would set `--data_bucket`; aws-glue-libs PR #206) and reads
    `--help`, so it is given only the tokens that name one of ours in full. It takes no JOB_RUN_ID in its list
    (aws-glue-libs #22) and returns it all the same. `--max-rejected-percent` is `--max_rejected_percent`: its keys have
    underscores whatever the argument has.

    Raises ConfigurationError naming what is missing, unusable, or given in both spellings with two values.
    """
    known = {f"--{name}" for name in (*REQUIRED_ARGUMENTS, *OPTIONAL_ARGUMENTS, "JOB_RUN_ID")}
    ours = argv[:1]
    values: dict[str, str] = {}
    for position, token in enumerate(argv[1:], start=1):
        spelled, equals, value = token.partition("=")
        name = "--" + spelled.removeprefix("--").replace("-", "_")
        if not spelled.startswith("--") or name not in known:
            continue
        if not equals:
            value = "".join(argv[position + 1 : position + 2])
        if values.setdefault(name, value) != value:
            # Glue passes both a default and a run's own argument when their spelling differs, in no fixed order.
            raise ConfigurationError(
                f"{name} is given twice, as {values[name]!r} and {value!r}. Use the spelling of the job's default "
                "arguments."
            )
        ours += [name + equals + value] if equals else [name, *argv[position + 1 : position + 2]]
    for name, default in OPTIONAL_ARGUMENTS.items():
        if f"--{name}" not in values:
            ours += [f"--{name}", default]
    try:
        options: dict[str, str] = getResolvedOptions(ours, [*REQUIRED_ARGUMENTS, *OPTIONAL_ARGUMENTS])
    except GlueArgumentError as error:
        raise ConfigurationError(f"{error}. Set them in the job's default arguments.") from None
    _check(options)
    return options


def _check(options: dict[str, str]) -> None:
    """Raise ConfigurationError for a value that can't be meant."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", options["JOB_RUN_ID"] or ""):
        raise ConfigurationError(
            f"--JOB_RUN_ID {options['JOB_RUN_ID']!r} can't name a folder. Glue sets this argument itself. Use "
            "letters, digits, '_', '.' and '-' only in a run that you start by hand."
        )
    if not re.fullmatch(r"[0-9]{1,5}", options["aurora_port"]):
        raise ConfigurationError(
            f"--aurora_port {options['aurora_port']!r} is not a port number. Set the cluster's port, for example 5432."
        )
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", options["aurora_ca_bundle"]):
        raise ConfigurationError(
            f"--aurora_ca_bundle {options['aurora_ca_bundle']!r} is not a file's name. Set it to the last part of "
            "the S3 path in --extra-files."
        )
    options["csv_encoding"] = options["csv_encoding"].lower()
    for name, choices in (
        ("csv_encoding", ENCODINGS),
        ("csv_separator", tuple(SEPARATORS)),
        ("decimal_separator", DECIMAL_SEPARATORS),
    ):
        if options[name] not in choices:
            raise ConfigurationError(f"--{name} {options[name]!r} is unknown. Set one of: {' '.join(choices)}")
    percent = options["max_rejected_percent"]
    if not re.fullmatch(r"[0-9]{1,3}([.][0-9]+)?", percent) or float(percent) > 100:
        raise ConfigurationError(f"--max_rejected_percent {percent!r} is not a percentage. Set a number from 0 to 100.")


def job_of(options: dict[str, str]) -> Job:
    """The run's places in S3, its table and how its files are read, from `resolve_arguments`."""

    def uri(prefix: str) -> str:
        return "/".join(["s3:/", options["data_bucket"], *filter(None, prefix.split("/"))]) + "/"

    return Job(
        name=options["JOB_NAME"],
        run_id=options["JOB_RUN_ID"],
        raw=uri(options["raw_prefix"]),
        processed=uri(options["processed_prefix"]),
        table=options["aurora_table"],
        csv_encoding=options["csv_encoding"],
        csv_separator=SEPARATORS[options["csv_separator"]],
        decimal_separator=options["decimal_separator"],
        max_rejected_percent=float(options["max_rejected_percent"]),
    )


def database_of(options: dict[str, str]) -> Database:
    """The database of the arguments, with the managed secret's username and password and the bundle's certificates.

    A secret that RDS manages holds nothing else (RDS user guide, "Password management with Amazon RDS and AWS Secrets
    Manager"). The region is the secret's own, as its ARN has it; otherwise the environment's.

    Raises ConfigurationError when the secret can't be read or lacks a key, or the bundle has no certificate.
    """
    bundle = read_ca_bundle(options["aurora_ca_bundle"])
    arn = options["aurora_secret_arn"]
    region = arn.split(":")[3] if arn.startswith("arn:") and arn.count(":") >= 6 else None
    # Without an endpoint in the VPC the call never gets through: say so in a minute, not after boto3's five.
    patience = Config(connect_timeout=10, read_timeout=10, retries={"mode": "standard", "max_attempts": 4})
    try:
        client = boto3.client("secretsmanager", region_name=region, config=patience)
        secret = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        user, password = secret["username"], secret["password"]
    except ClientError as error:
        raise ConfigurationError(
            f"Secrets Manager refused secret {arn}: {error}. Check the ARN and the job role's rights to it and its key."
        ) from error
    except BotoCoreError as error:
        raise ConfigurationError(
            f"secret {arn} could not be read: {error}. Check that a private subnet has an interface endpoint for "
            "Secrets Manager whose security group admits the job's security group."
        ) from error
    except (KeyError, TypeError, ValueError):  # no cause attached: it could quote the secret
        raise ConfigurationError(
            f"secret {arn} is not a JSON object with username and password. Give the secret that RDS manages."
        ) from None
    return Database(
        host=options["aurora_host"],
        port=int(options["aurora_port"]),
        name=options["aurora_database"],
        user=user,
        password=password,
        ca_bundle=bundle,
    )


def read_ca_bundle(name: str) -> str:
    """The certificates (PEM) in file `name`, one of the job's `--extra-files`.

    Glue copies such files to the script's working directory on the driver, and only there. The folders of Python's
    search path come after it: Spark has its own `--files` among them.

    Raises ConfigurationError when there is no such file, or a certificate in it can't be read, or it has none.
    """
    found = [path for folder in (Path.cwd(), *map(Path, sys.path)) if (path := folder / name).is_file()]
    if not found:
        raise ConfigurationError(
            f"--aurora_ca_bundle {name}: there is no such file beside the script. Name its S3 path in --extra-files."
        )
    text = found[0].read_text(encoding="utf-8", errors="replace")
    certificates = re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", text, re.DOTALL)
    if not certificates:
        state = "has no certificate in PEM form (-----BEGIN CERTIFICATE-----)" if text.strip() else "is empty"
        raise ConfigurationError(
            f"--aurora_ca_bundle {name} {state}. Give the bundle of the database's authorities (docs/aws.md)."
        )
    bundle = "\n".join(certificates) + "\n"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=bundle)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError(
            f"--aurora_ca_bundle {name} has a certificate that can't be read: {error}. Fetch the bundle again."
        ) from error
    return bundle
