"""One private S3 bucket, kept or disposable as the environment says."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk.constructs.access import Access
from infra_cdk.settings import Settings


class Bucket(Construct):
    """A bucket, and the rights to what lies under one prefix of it.

    Parameters
    ----------
    name
        ``snapshots``: part of the variable that tells a function the bucket's name, and the prefix
        under which it may touch objects. The bucket's own name is CloudFormation's choice, since
        bucket names are unique in the world.
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, f"{name}_bucket")
        kept = settings.data_outlives_stack
        self._name = name
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
        )

    def access(self, *actions: str) -> Access:
        """Return the right to exactly these S3 actions on the objects under the prefix."""
        return Access(
            f"{self._name.upper()}_BUCKET",
            self.bucket.bucket_name,
            tuple(f"s3:{action}" for action in actions),
            (self.bucket.arn_for_objects(f"{self._name}/*"),),
        )
