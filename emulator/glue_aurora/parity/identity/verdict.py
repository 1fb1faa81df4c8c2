"""What comes of one need of a call."""

from dataclasses import dataclass

from glue_aurora.parity.identity.evaluator import Decision


@dataclass(frozen=True)
class Verdict:
    """A decision on one need of a call. `call` is the operation, such as `s3:PutObject`.

    `doubtful`: the decision refuses only because of a part that the emulator can't judge. Then nobody is refused.
    """

    call: str
    decision: Decision
    doubtful: bool = False

    @property
    def refused(self) -> bool:
        """Whether AWS refuses the request."""
        return not self.decision.allowed and not self.doubtful
