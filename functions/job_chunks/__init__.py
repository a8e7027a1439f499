"""Cut a job's file into chunks, and join their results.

Trigger  "Cut into chunks" and "Join the results" in functions/pricing_workflow/workflow.asl.yaml
Input    {step: "cut", folder}; {step: "join", folder, outcomes: what became of each chunk}
Output   {verdict: "CUT", plan_key} or {verdict: "REFUSED"}; {verdict: "DONE"}
Faults   PricingIncompleteError: some chunks were given up; the result says which rows, all others
         have their values, and the execution fails so that somebody looks (no retry would help)
Writes   the job's chunks and plan; its result and outcome: each a pure function of what it reads
"""
