"""One suite of small claims, run against three implementations of the same services.

Goal: the simulation proves something about AWS only as far as its cloud in memory does as AWS does.
So what Zerodesk asks of DynamoDB, SQS, EventBridge and Step Functions is written down here, one
claim a test, against the interface of boto3's clients, and every claim is put to

- ``model``: the simulation's cloud (``tests/simulation/cloud``), through the simulation's seam;
- ``moto``: in this process;
- ``local_cloud``: the emulator of ``zerodesk up``, corrections and all, started by the session.

Rules:

- A claim says what AWS's documentation says; the page is named in the test or at the file's head.
- Where moto or the local cloud differ from AWS, ``differences.py`` says so, with the reason. Such a
  claim must fail: when it begins to be kept, the entry is out of date and the suite fails.
- The model has no differences. It may be stricter than AWS, never kinder: what Zerodesk does not
  use, it refuses with ``NotImplementedError`` (``test_model.py``), so that a handler that begins to
  use it learns so from the first run of the simulation.

A new call, a new form of expression, a new limit that matters: first the claim, then the model.

Files: ``clouds.py`` (moto and the local cloud), ``model.py`` (the model as a cloud), ``tables.py``
(the tables), ``claims.py`` (how claims are phrased), and the claims by subject.

``pytest tests/conformance`` takes some twenty seconds; ``-m "not local_cloud"`` three.
"""
