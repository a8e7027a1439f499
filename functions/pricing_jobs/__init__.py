"""Take in pricing jobs, start them and say how they stand.

Trigger  POST /v1/pricing/jobs; POST /v1/pricing/jobs/{job_id}/start; GET /v1/pricing/jobs/{job_id}
Input    zerodesk_aws.contracts.pricing_jobs; the options themselves go to S3, by a signed link
Output   the job as it stands: what is in its folder, or what its workflow's execution says
Faults   none for the client: the same request again is the same job
Writes   the job's request, once, under the condition that there is none; starts pricing_workflow
"""
