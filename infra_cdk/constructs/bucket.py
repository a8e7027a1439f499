"""One private S3 bucket, kept or disposable as the environment says."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk.constructs.access import Access, Listing
from infra_cdk.settings import Settings


class Bucket(Construct):
    """A bucket, and the rights to what lies under prefixes of it.

    Parameters
    ----------
    name
        ``snapshots``: part of the variable that tells a function the bucket's name. The bucket's
        own name is CloudFormation's choice, since bucket names are unique in the world.
    kept_days
        After how many days an object is deleted; None for never.
    """

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, kept_days: int | None = None
    ) -> None:
        super().__init__(scope, f"{name}_bucket")
        kept = settings.data_outlives_stack
        self._name = name
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=None if kept_days is None else [_ends_after(kept_days)],
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
        )

    def access(self, *actions: str, prefixes: Sequence[str], listed: str | None = None) -> Access:
        """Return the right to exactly these S3 actions on the objects under the prefixes.

        ``listed`` is a prefix that may be listed, too.
        """
        return Access(
            f"{self._name.upper()}_BUCKET",
            self.bucket.bucket_name,
            tuple(f"s3:{action}" for action in actions),
            tuple(self.bucket.arn_for_objects(f"{prefix}/*") for prefix in prefixes),
            listing=None if listed is None else Listing(self.bucket.bucket_arn, listed),
        )


def _ends_after(days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        expiration=Duration.days(days),
        abort_incomplete_multipart_upload_after=Duration.days(1),
    )
