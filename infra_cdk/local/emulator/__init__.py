"""The local AWS: ministack, behind the corrections that Zerodesk needs.

Runs on the interpreter of ``.local/emulator``, as ``python -m infra_cdk.local.emulator``.
"""
