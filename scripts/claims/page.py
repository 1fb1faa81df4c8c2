"""docs/aws_parity.md: every claim with its doubt, its price, and what was recorded."""

from __future__ import annotations

from decimal import Decimal

from scripts.base.console import say
from scripts.base.paths import TOP, relative
from scripts.claims import asking, price, recordings
from scripts.claims.catalogue import ALL, CHAPTERS, WITH_KEYS
from scripts.claims.claim import Claim
from scripts.claims.things import THINGS

FILE = TOP / "docs" / "aws_parity.md"
_UNSETTLED = (
    ("PubliclyAccessible in a VPC without an internet gateway", "needs a cluster"),
    ("how a run whose network is wrong ends", "needs a run of Glue in a VPC"),
    ("which of Glue's variables and arguments a script sees", "needs a run of Glue"),
    ("what the Data API says about transactions, types and wrong parameters", "needs a cluster"),
    (
        "whether CloudWatch Logs needs more of a key than `kms:GenerateDataKey` and `kms:Decrypt`",
        "needs a log delivery",
    ),
    ("what EventBridge, CloudWatch and budgets need of a topic's key", "needs events and an alarm"),
)


def text() -> str:
    """Returns the page. `make format` writes it."""
    recorded = recordings.read()
    free = [claim for claim in ALL if claim.name not in WITH_KEYS]
    count = f"{len(recorded)} of {len(ALL)} claims are recorded" if recorded else "Nothing is recorded yet"
    lines = [
        "# What the emulator claims of AWS",
        "",
        "<!-- `make format` writes this page from scripts/claims/. -->",
        "",
        f"{count}: no claim below was compared with AWS, unless its last column has a date. Each claim is one request "
        "with the answer that the emulator gives. `make test-emulator` asks all of them here. With an AWS account you "
        "settle the doubts with one command:",
        "",
        "```sh",
        "make test-aws-parity ACCOUNT=123456789012                  # all claims that need no key",
        "make test-aws-parity ACCOUNT=123456789012 KEYS=1           # those with KMS keys too",
        "make test-aws-parity ACCOUNT=123456789012 CLAIMS=denied-s3-get,iam-managed-6144",
        "make test-aws-parity ACCOUNT=123456789012 CLEAN=1          # list and remove what an interrupted run left",
        "```",
        "",
        "The command says what it will make and what that costs at most, and asks for the account's number (`YES=1` "
        "answers). It makes no cluster, gateway, endpoint or run. It removes what it made, also after Ctrl-C. All "
        "names begin with `letrus-aws-parity-`, and all tags are `Project=letrus-data-case, Purpose=aws-parity`.",
        "",
        "The answers go to `tests/aws_parity/recordings/`, a file for each claim, without the account's number, "
        "ARNs and names. Commit them: from then on the emulator must give AWS's code, and AWS's sentence where the "
        "claim has one. A later run compares AWS with the recording and does not replace it; `RECORD=1` replaces.",
        "",
        f"All claims without keys cost at most {price.dollars(price.upper_bound(free))} a run, all claims "
        f"{price.dollars(price.upper_bound(ALL))}. A price in the table is what the things of the claim cost an hour. "
        "Requests to S3, KMS and Secrets Manager cost less than a thousandth of a cent each; the sums count them.",
        "",
        "`{prefix}`, `{account}`, `{session}` and the like stand for what belongs to one run.",
    ]
    for chapter, claims in CHAPTERS.items():
        lines += ["", f"## {chapter}", "", "| Claim | What | AWS's answer | Doubt | Makes | Price | Recorded |"]
        lines.append("|---|---|---|---|---|---|---|")
        lines += [_row(claim, recorded.get(claim.name)) for claim in claims]
    lines += ["", "## Not settled by a cheap request", "", "| Doubt | Why |", "|---|---|"]
    lines += [f"| {doubt} | {why} |" for doubt, why in _UNSETTLED]
    return "\n".join(lines) + "\n"


def _row(claim: Claim, recorded: recordings.Recording | None) -> str:
    things = asking.needs(claim)
    made = ", ".join(THINGS[name].what for name in things) or "nothing"
    answer = f"`{claim.code}`" if claim.code else "accepted"
    if claim.sentence:
        answer += f": {_cell(claim.sentence)}"
    said = "not recorded"
    if recorded:
        fault = claim.fault(recorded.answer)
        said = f"{recorded.date}: {'otherwise: ' + _cell(fault) if fault else 'as claimed'}"
    cells = (
        f"`{claim.name}`",
        f"{_cell(claim.says)} (`{claim.service}:{claim.operation}`)",
        answer,
        f"{_cell(claim.doubt)} ({_cell(claim.source)})" if claim.doubt else _cell(claim.source),
        made,
        price.dollars(sum(price.of_things(things).values(), Decimal(0))),
        said,
    )
    return f"| {' | '.join(cells)} |"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def write() -> int:
    """Writes the page. Returns 0."""
    FILE.write_text(text())
    say(f"{relative(FILE)} is written")
    return 0
