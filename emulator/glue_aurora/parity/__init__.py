"""Judges what AWS would judge: identity, network, rules. What would break on AWS breaks here, with the reason."""
