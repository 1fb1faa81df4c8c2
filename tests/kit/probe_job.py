"""A Glue job that tries to leave its network. It succeeds when it cannot."""

import socket
import sys

import boto3
from awsglue.utils import getResolvedOptions

for place in (("1.1.1.1", 443), ("aws.amazon.com", 443)):
    try:
        socket.create_connection(place, timeout=5).close()
    except OSError as error:
        print(f"{place[0]}: {error}")
    else:
        raise RuntimeError(f"{place[0]} was reached: a private subnet would not let this through")
own = getResolvedOptions(sys.argv, ["bucket", "key"])
# The VPC has a way to S3, and none to STS.
print("own script", boto3.client("s3").head_object(Bucket=own["bucket"], Key=own["key"])["ContentLength"])
