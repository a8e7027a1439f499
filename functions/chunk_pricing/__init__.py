"""Price the rows of one chunk of a job.

Trigger  "Price a chunk" in functions/pricing_workflow/workflow.asl.yaml, once for each of the plan
Input    an entry of the job's plan: {folder, number, first_row, rows}
Output   {number}
Faults   none of its own
Writes   the result of the chunk, a pure function of it: a line for each row, status first
"""
