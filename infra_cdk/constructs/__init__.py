"""Building blocks: a table, a function, a workflow, the choreography, the REST API."""
