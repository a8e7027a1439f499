"""Rules that templates are not held to: known to the tools, each with its reason."""

import re

from infra_cdk.local.templates import CFN_LINT_LEAVES_OUT, CHECKOV_LEAVES_OUT


def test_every_rule_that_is_left_out_has_its_reason() -> None:
    for rules, form in ((CFN_LINT_LEAVES_OUT, r"[EWI]\d{4}"), (CHECKOV_LEAVES_OUT, r"CKV_AWS_\d+")):
        for rule, reason in rules.items():
            assert re.fullmatch(form, rule)
            assert len(reason.split()) >= 4, rule
