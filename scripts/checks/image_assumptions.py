"""What the project assumes about the three public images, each with a command that shows whether it is true."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.environment.shared import INITDB_ARGUMENTS, POSTGRES_MAJOR


@dataclass(frozen=True)
class Assumption:
    """One assumption. bash runs `command` in the image, and its output must match the regular expression `pattern`.

    The project runs without an assumption that is not `essential`: a difference is shown and fails nothing.
    """

    what: str
    expected: str
    command: str
    pattern: str
    essential: bool = True


def _package(name: str, version: str, *, essential: bool = False) -> Assumption:
    """Assumes a package of Glue 5.1 (awslabs/aws-glue-libs, branch glue-5.1, base-requirements.txt)."""
    command = f"""$python -c "from importlib.metadata import version; print(version('{name}'))" 2>&1 | tail -1"""
    return Assumption(f"{name} for Python", version, command, rf"^{version}$", essential)


def _without(name: str) -> Assumption:
    command = f"$python -c 'import {name}' 2>&1 | tail -1"
    return Assumption(f"no {name}: a job brings its own", "ModuleNotFoundError", command, "^ModuleNotFoundError", False)


# As the agent sets Spark up for a run. No request leaves: S3A asks for no bucket until a job asks for a file.
_S3A = """\
cat >/tmp/s3a.py <<'END'
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
java = spark._jvm
system = java.org.apache.hadoop.fs.FileSystem.get(java.java.net.URI("s3://bucket/"), spark._jsc.hadoopConfiguration())
print("found", system.getClass().getSimpleName(), "of Hadoop", java.org.apache.hadoop.util.VersionInfo.getVersion())
END
mkdir -p /tmp/home/.aws
printf '[default]\\naws_access_key_id=x\\naws_secret_access_key=x\\n' >/tmp/home/.aws/credentials
provider=software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider
spark=$(dirname "$(dirname "$(readlink -f "$(command -v spark-submit)")")")
ls "$spark"/jars/hadoop-client-api-3.3.* >/dev/null 2>&1 &&
  provider=com.amazonaws.auth.profile.ProfileCredentialsProvider
HOME=/tmp/home SPARK_SUBMIT_OPTS=-Duser.home=/tmp/home spark-submit --master 'local[1]' --driver-memory 512m \
  --conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 \
  --conf spark.hadoop.fs.s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem \
  --conf spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:4566 --conf spark.hadoop.fs.s3a.endpoint.region=us-east-1 \
  --conf spark.hadoop.fs.s3a.aws.credentials.provider="$provider" \
  /tmp/s3a.py >/tmp/s3a.out 2>/tmp/s3a.err
grep ^found /tmp/s3a.out || grep -E 'Exception|Error' /tmp/s3a.err | tail -1"""

# Either file may have the mapping, each in its own format.
_S3_MAPPING = r"""
cat /etc/spark/conf/spark-defaults.conf /etc/spark/conf/core-site.xml /etc/hadoop/conf/core-site.xml 2>/dev/null |
  tr '\n' ' ' | grep -oE 'fs\.s3\.impl(</name>)?[[:space:]]*(<value>)?[[:space:]=]*[A-Za-z0-9.]+' | head -1 |
  grep -oE '[A-Za-z0-9.]+$' || echo none"""

GLUE = [
    Assumption("user", "hadoop, whatever its uid", 'echo "$(id -un), uid $(id -u)"', "^hadoop, uid [1-9]", False),
    Assumption("spark-submit on PATH of a login shell", "a path", "command -v spark-submit", "/spark-submit$"),
    Assumption("Spark", "3.5.6", "spark-submit --version 2>&1 | grep -oE 'version 3\\S+' | head -1", r"3\.5\.6"),
    Assumption("Python for jobs and agent", "3.11", "$python --version", r"^Python 3\.11\."),
    Assumption("pip of that Python", "installed", "$python -m pip --version", "^pip "),
    Assumption(
        "python3 of the health check",
        "/usr/bin/python3 runs",
        "/usr/bin/python3 -Ic 'import urllib.request, platform; print(platform.python_version())'",
        r"^3\.",
    ),
    Assumption("Java", "17", '"${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | grep version', r'"17\.'),
    Assumption("s3:// in that configuration", "S3A", _S3_MAPPING, "S3AFileSystem$", False),
    Assumption("s3:// as the agent sets it", "S3AFileSystem loads", _S3A, "^found S3AFileSystem"),
    Assumption(
        "PostgreSQL's JDBC driver", "42.7.3", "ls /usr/share/aws/glue-pds/jars/postgresql-*.jar", r"42\.7\.3", False
    ),
    Assumption("awsglue", "imports", "$python -c 'import awsglue; print(awsglue.__file__)'", "awsglue"),
    _package("boto3", "1.40.61"),
    _package("pandas", "2.3.3"),
    _package("numpy", "2.3.4"),
    _package("pyarrow", "22.0.0"),
    # Packages of Glue 5.1: a small one, and a large one of `make glue-packages`. Then two that Glue 4.0 had.
    _package("requests", "2.32.5"),
    _package("matplotlib", "3.10.7"),
    _without("yaml"),
    _without("scipy"),
    _without("psycopg2"),
    _without("psycopg"),
    _without("pg8000"),
    Assumption("curl", "installed", "command -v curl", "curl", False),
    Assumption("home folder", "writable", 'test -w "$HOME" && echo "$HOME"', "^/", False),
    Assumption("folder of the runs, in /tmp", "writable", "mktemp -d", "^/tmp/"),
]

_VENV = "/opt/code/localstack/.venv/bin"
LOCALSTACK = [
    Assumption("user", "root", 'echo "$(id -un), uid $(id -u)"', "uid 0$"),
    Assumption(
        "LocalStack",
        "4.10.0",
        f"{_VENV}/python -c 'from localstack.constants import VERSION as v; print(v)'",
        "^4.10.0",
    ),
    Assumption("Python of its venv", "3.13", f"{_VENV}/python --version", r"^Python 3\.13\.", False),
    Assumption("pip of its venv", "installed", f"{_VENV}/pip --version", "^pip "),
    Assumption(
        "packaging of its venv",
        "25.0, as in requirements/localstack-image.in",
        f"""{_VENV}/python -c "from importlib.metadata import version; print(version('packaging'))" """,
        r"^25\.0$",
        False,
    ),
    Assumption("python of the health check", "on PATH", "python -Ic 'import urllib.request; print(1)'", "^1$"),
    Assumption("entry point", "docker-entrypoint.sh", "command -v docker-entrypoint.sh", "/docker-entrypoint.sh$"),
]

# In the image that docker/localstack/Dockerfile makes of it.
PLUGIN = [
    Assumption(
        "the plugin's providers load",
        "glue, rds and corrections",
        f"""{_VENV}/python -c '
from importlib.metadata import entry_points
found = [e for e in entry_points(group="localstack.aws.provider") if e.value.startswith("glue_aurora")]
print(*sorted(e.name for e in found if e.load()))' 2>&1 | tail -1""",
        "glue:default .*rds:default",
    ),
    Assumption(
        "the plugin's database driver",
        "psycopg 3",
        f"{_VENV}/python -c 'import psycopg; print(psycopg.__version__)'",
        r"^3\.",
    ),
]

POSTGRES = [
    Assumption("PostgreSQL", POSTGRES_MAJOR, "postgres --version", rf"\b{POSTGRES_MAJOR}\."),
    Assumption("user postgres", "exists", "id postgres", "^uid="),
    Assumption(
        "what docker/postgres/start.sh calls",
        "7 commands",
        "for c in bash base64 chown install sed docker-entrypoint.sh psql; do command -v $c; done | wc -l",
        "^7$",
    ),
    Assumption(
        "openssl, which makes the certificate",
        "1.1.1 or later, with an openssl.cnf",
        "openssl version; openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -addext keyUsage=keyCertSign "
        "-keyout /dev/null 2>/dev/null | grep -c BEGIN",
        r"^OpenSSL [1-9][\s\S]*\n1$",
    ),
    Assumption(
        "ICU's en-US",
        "initdb takes it",
        f"install -d -o postgres /tmp/d && gosu postgres initdb -D /tmp/d {' '.join(INITDB_ARGUMENTS)} >/tmp/log 2>&1 "
        "&& echo 'initialised' || tail -1 /tmp/log",
        "^initialised$",
    ),
]
