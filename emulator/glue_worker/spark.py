"""Builds the command line and the environment of a run's spark-submit."""

from __future__ import annotations

import os
import random
import re
import shlex
import site
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from glue_worker import event_log, lost_tables
from glue_worker.config import Config
from glue_worker.errors import LaunchError
from glue_worker.request import RunRequest

# On AWS no variable of the laptop's shell reaches a job. Here only those do by which Python, Java and Spark are found,
# in the embedded runtime and in Glue's image. A PGSSLMODE or a proxy would change what the job does.
KEPT = frozenset({"PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH"})
KEPT_PREFIXES = ("JAVA", "JDK", "SPARK_", "PYSPARK_", "HADOOP_", "HIVE_", "YARN_")

OWN_FOLDER = ".worker"
# Python calls it in place of its debugger, which a run would offer to nobody.
BREAKPOINT = "no_terminal.refuse"
# These are ten times the defaults. In a small run the best compiler spends half of the time on code that has finished
# by then. Code that runs for minutes passes these numbers soon.
LATE_C2 = (
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
# On two cores G1's threads and barriers cost the job time: with this collector a million grades take an eighth less.
COLLECTOR = "-XX:+UseParallelGC"
S3A = "org.apache.hadoop.fs.s3a.S3AFileSystem"
# Both read `.aws/credentials` in the run's home, so the keys are in no configuration or command line. Hadoop 3.3 has
# the SDK v1, which finds the home by `user.home`. Hadoop 3.4, as Glue 5.1 has it, has the SDK v2, which asks HOME.
# Hadoop 3.4 does not map the first name to the second (CredentialProviderListFactory).
PROFILE_CREDENTIALS_V1 = "com.amazonaws.auth.profile.ProfileCredentialsProvider"
PROFILE_CREDENTIALS_V2 = "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider"


@dataclass(frozen=True)
class RunFiles:
    """Where a run's fetched files are. `folder` is its working folder; the worker's own files are in its `.worker`."""

    folder: Path
    runscript: Path
    script: Path
    report: Path
    jars: list[Path] = field(default_factory=list)
    python_path: list[Path] = field(default_factory=list)

    @property
    def tmp(self) -> Path:
        return self.folder / OWN_FOLDER / "tmp"

    @property
    def home(self) -> Path:
        return self.folder / OWN_FOLDER / "home"


def base_environment(environ: Mapping[str, str], config: Config, tmp: Path) -> dict[str, str]:
    """Returns the environment of every process of a run: paths of Python, Java and Spark, AWS's clock and language."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith(KEPT_PREFIXES)}
    return kept | {
        "TMPDIR": str(tmp),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8",
        "PYSPARK_PYTHON": config.python,
        "PYSPARK_DRIVER_PYTHON": config.python,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(tmp),
        "SPARK_LAUNCHER_OPTS": _joined(environ.get("SPARK_LAUNCHER_OPTS"), "-XX:-UsePerfData"),
        "SPARK_SUBMIT_OPTS": _joined(environ.get("SPARK_SUBMIT_OPTS"), *jvm_options(config, tmp)),
    }


def jvm_options(config: Config, tmp: Path) -> list[str]:
    """Returns options of the driver's JVM, on top of those of Spark's own configuration.

    Spark's launcher takes the variable with these options apart as a shell would.

    Perf data is off: the JVM writes it to /tmp whatever the temporary folder is, and a killed JVM leaves it there.
    """
    options = [
        shlex.quote(f"-Djava.io.tmpdir={tmp}"),
        "-Duser.language=en",
        "-Duser.country=US",
        "-XX:-UsePerfData",
        *LATE_C2,
    ]
    if config.trust_store:
        store = shlex.quote(f"-Djavax.net.ssl.trustStore={config.trust_store}")
        options += [store, "-Djavax.net.ssl.trustStoreType=PKCS12"]
    return options


def job_environment(
    environ: Mapping[str, str],
    config: Config,
    request: RunRequest,
    files: RunFiles,
    more_jvm_options: Sequence[str] = (),
) -> dict[str, str]:
    """Returns the environment of spark-submit: the base, Glue's own variables, and the run's modules first.

    The endpoint and the role's keys are in files of the run's home (`aws_files.py`).
    """
    environment = base_environment(environ, config, files.tmp)
    if re.search(r"-XX:\+Use\w+GC", request.arguments.get("--conf", "")):  # The JVM takes one collector only.
        more_jvm_options = [option for option in more_jvm_options if option != COLLECTOR]
    home = shlex.quote(f"-Duser.home={files.home}")
    environment["SPARK_SUBMIT_OPTS"] = _joined(environment["SPARK_SUBMIT_OPTS"], home, *more_jvm_options)
    if site.ENABLE_USER_SITE:  # Packages in the home of Glue's image stay in sight.
        environment["PYTHONUSERBASE"] = site.getuserbase()
    environment |= customer_variables(request.arguments.get("--customer-driver-env-vars", ""))
    environment |= {"PYTHONBREAKPOINT": BREAKPOINT, "HOME": str(files.home)} | glue_variables(request)
    # The last folder has `no_terminal`, which the processes of Python functions import too.
    path = [*map(str, files.python_path), *_inherited_path(environment), str(files.runscript.parent)]
    return environment | {"PYTHONPATH": os.pathsep.join(path)}


def glue_variables(request: RunRequest) -> dict[str, str]:
    """Returns the variables that Glue sets, as far as AWS names them.

    AWS's page about lineage lists them for OpenLineage's facet "environment-properties"
    (https://docs.aws.amazon.com/sagemaker-unified-studio/latest/userguide/datazone-data-lineage-automate-capture-from-custom-glue.html).
    Others are not known, so a script that reads one fails here.
    """
    variables = {
        "AWS_DEFAULT_REGION": request.region,
        "GLUE_COMMAND_CRITERIA": "glueetl",
        "GLUE_PYTHON_VERSION": "3",
    }
    return variables | ({"GLUE_VERSION": request.glue_version} if request.glue_version else {})


def submit_command(config: Config, request: RunRequest, files: RunFiles) -> list[str]:
    """Returns the command of spark-submit with the script and the run's arguments."""
    options = submit_options(config, request, files)
    return [config.spark_submit, *options, str(files.runscript), *program_arguments(request, files)]


def program_arguments(request: RunRequest, files: RunFiles) -> list[str]:
    """Returns the arguments of `runscript.py`: the report, the script and the run's arguments."""
    return [str(files.report), str(files.script), *script_arguments(request)]


def script_arguments(request: RunRequest) -> list[str]:
    """Returns the arguments of the script, in random order, because Glue does not keep their order either."""
    arguments = list(request.arguments.items())
    random.shuffle(arguments)
    return [token for pair in arguments for token in pair]


def submit_options(config: Config, request: RunRequest, files: RunFiles) -> list[str]:
    """Returns the options of spark-submit, those of the user's `--conf` last."""
    options = ["--master", config.master, "--driver-memory", config.driver_memory]
    if files.jars:
        options += ["--jars", ",".join(map(str, files.jars))]
    users = user_settings(request.arguments.get("--conf", ""))
    first = files.jars if request.arguments.get("--user-jars-first", "").lower() == "true" else []
    options += class_path(config, users, first)
    settings = [f"{name}={value}" for name, value in _settings(config, request, files).items()] + users
    for setting in settings:
        options += ["--conf", setting]
    return options


def class_path(config: Config, users: Iterable[str] = (), first: Iterable[Path] = ()) -> list[str]:
    """Returns the option that puts the jars of `first` and the worker's own on Spark's class path, before the user's.

    From there the JVM loads them out of the class archive. Spark would copy jars of `--jars` for each run, and the
    archive does not serve those.
    """
    own = [*first, *(sorted(config.jars.glob("*.jar")) if config.jars else [])]
    more = [
        value for name, _, value in (each.partition("=") for each in users) if name == "spark.driver.extraClassPath"
    ]
    return ["--driver-class-path", os.pathsep.join([*map(str, own), *more])] if own else []


def user_settings(value: str) -> list[str]:
    """Returns the settings of the job's `--conf`: `a=1 --conf b=2`, the only form in which Glue takes several."""
    parts = re.split(r"(?:^|\s+)--conf\s+", value.strip())
    return [part.strip() for part in parts if part.strip()]


def customer_variables(value: str) -> dict[str, str]:
    """Returns the variables of `--customer-driver-env-vars`: `CUSTOMER_A=1,CUSTOMER_B="x, y"`.

    As on Glue, a key without the prefix `CUSTOMER_` is ignored (aws-glue-programming-etl-glue-arguments.html).

    Raises:
        LaunchError: a quotation mark stays open.
    """
    words = shlex.shlex(value, posix=True, punctuation_chars="")
    words.whitespace, words.whitespace_split, words.commenters = ",", True, ""
    try:
        pairs = [word.strip().partition("=") for word in words]
    except ValueError as error:
        raise LaunchError(
            f"customer variables {value!r} can't be read: {error}", "close every quotation mark"
        ) from None
    return {name: text for name, equals, text in pairs if equals and name.startswith("CUSTOMER_")}


def _inherited_path(environment: Mapping[str, str]) -> list[str]:
    """Returns the login shell's PYTHONPATH (in Glue's image it has awsglue) without the agent's own folder."""
    own = Path(__file__).parent.parent
    entries = environment.get("PYTHONPATH", "").split(os.pathsep)
    return [entry for entry in entries if entry and Path(entry).resolve() != own.resolve()]


def _settings(config: Config, request: RunRequest, files: RunFiles) -> dict[str, str]:
    secure = urlsplit(config.s3a_endpoint_url).scheme == "https"
    functions = customer_variables(request.arguments.get("--customer-executor-env-vars", ""))
    functions["PYTHONBREAKPOINT"] = BREAKPOINT
    return {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        **event_log.settings(request.arguments, files.folder / OWN_FOLDER),
        # Not as a URI: Hive takes the %20 of a URI for a part of the folder's name.
        "spark.sql.warehouse.dir": str(lost_tables.warehouse(files.folder / OWN_FOLDER)),
        **{f"spark.executorEnv.{name}": value for name, value in functions.items()},
        "spark.hadoop.hadoop.tmp.dir": str(files.tmp / "hadoop"),
        "spark.hadoop.fs.s3.impl": S3A,
        "spark.hadoop.fs.s3a.impl": S3A,
        "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
        "spark.hadoop.fs.s3a.endpoint": config.s3a_endpoint_url,
        "spark.hadoop.fs.s3a.endpoint.region": request.region,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": str(secure).lower(),
        "spark.hadoop.fs.s3a.aws.credentials.provider": credentials_provider(config),
    }


def credentials_provider(config: Config) -> str:
    """Returns the class by which S3A reads the keys. It depends on the Hadoop among Spark's jars."""
    for home in (config.spark_home, Path(config.spark_submit).resolve().parent.parent):
        for jar in (home / "jars").glob("hadoop-client-api-*.jar") if home else ():
            return PROFILE_CREDENTIALS_V1 if "-3.3." in jar.name else PROFILE_CREDENTIALS_V2
    return PROFILE_CREDENTIALS_V2


def _joined(*options: str | None) -> str:
    return " ".join(filter(None, options))
