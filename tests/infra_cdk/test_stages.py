"""The laptop and AWS get the same app: the differences are listed here, all of them."""

from collections import Counter
from typing import Any

from infra_cdk.settings import LOCAL_CLOUD_REFUSES
from tests.infra_cdk.templates import Resource, StageTemplates, leaves

DIFFERING_PROPERTIES = {
    # What outlives its stack, and can be wound back.
    ("AWS::DynamoDB::GlobalTable", "DeletionPolicy"),
    ("AWS::DynamoDB::GlobalTable", "UpdateReplacePolicy"),
    ("AWS::DynamoDB::GlobalTable", "Replicas.DeletionProtectionEnabled"),
    (
        "AWS::DynamoDB::GlobalTable",
        "Replicas.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
    ),
    ("AWS::S3::Bucket", "DeletionPolicy"),
    ("AWS::S3::Bucket", "UpdateReplacePolicy"),
    ("AWS::Lambda::LayerVersion", "DeletionPolicy"),
    ("AWS::Lambda::LayerVersion", "UpdateReplacePolicy"),
    # The account's own key, and the right to use it.
    ("AWS::DynamoDB::GlobalTable", "Replicas.SSESpecification.KMSMasterKeyId"),
    ("AWS::DynamoDB::GlobalTable", "SSESpecification.SSEEnabled"),
    ("AWS::DynamoDB::GlobalTable", "SSESpecification.SSEType"),
    ("AWS::IAM::Policy", "PolicyDocument.Statement.Action"),
    ("AWS::IAM::Policy", "PolicyDocument.Statement.Condition.StringEquals.kms:ViaService"),
    # The machine that runs the code.
    ("AWS::Lambda::Function", "Architectures"),
    ("AWS::Lambda::LayerVersion", "CompatibleArchitectures"),
    # Numbers from the settings.
    ("AWS::ApiGateway::Stage", "MethodSettings.ThrottlingBurstLimit"),
    ("AWS::ApiGateway::Stage", "MethodSettings.ThrottlingRateLimit"),
    ("AWS::CloudWatch::Alarm", "Threshold"),
    ("AWS::Lambda::Function", "Timeout"),
    ("AWS::Logs::LogGroup", "RetentionInDays"),
    ("AWS::SQS::Queue", "VisibilityTimeout"),
}


OF_THE_CUSTOMER_KEY = {"AWS::KMS::Alias", "AWS::KMS::Key"}


def types_of(stage: StageTemplates) -> Counter[str]:
    return Counter(entry.type for entry in stage.all())


def facts_of(entry: Resource) -> set[tuple[str, Any]]:
    """Return what a template says of a resource, but for the names of the environment."""
    said = {
        **entry.properties,
        "DeletionPolicy": entry.attributes.get("DeletionPolicy"),
        "UpdateReplacePolicy": entry.attributes.get("UpdateReplacePolicy"),
    }
    return {(path, _without_names(value)) for path, value in leaves(said)}


def _without_names(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    for name in ("zerodesk-local", "zerodesk-dev", "localuseast1", "devuseast1", "local", "dev"):
        value = value.replace(name, "<environment>")
    return value


def test_local_leaves_out_only_what_the_local_cloud_refuses(
    local: StageTemplates, dev: StageTemplates
) -> None:
    left_out = types_of(dev) - types_of(local)

    assert set(left_out) == LOCAL_CLOUD_REFUSES | OF_THE_CUSTOMER_KEY
    assert not types_of(local) - types_of(dev)


def test_local_and_aws_differ_in_the_listed_properties_only(
    local: StageTemplates, dev: StageTemplates
) -> None:
    differing = set()
    for resource_type in types_of(local):
        here = Counter(fact for entry in local.all(resource_type) for fact in facts_of(entry))
        there = Counter(fact for entry in dev.all(resource_type) for fact in facts_of(entry))
        differing |= {(resource_type, path) for path, _ in (here - there) + (there - here)}

    assert {entry for entry in differing if not _is_reference(entry[1])} == DIFFERING_PROPERTIES


def _is_reference(path: str) -> bool:
    """Say whether a text is made of references: those carry hashes of the stack's name."""
    return path.endswith((".Ref", ".Sid")) or "Fn::" in path
