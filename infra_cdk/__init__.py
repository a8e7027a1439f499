"""The infrastructure: one CDK app, the same for a laptop and for an account on AWS."""
