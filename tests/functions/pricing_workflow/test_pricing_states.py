"""The pricing workflow, state by state: what each passes on."""

from tests.functions.workflow_files import evaluate, load, states

STATES = states(load("pricing_workflow"))


def test_the_items_are_those_of_the_plan_that_was_cut() -> None:
    reader = STATES["Price the chunks"]["ItemReader"]
    cut = {"verdict": "CUT", "plan_key": "jobs/f/plan.json"}
    assert evaluate(reader["Arguments"], cut=cut)["Key"] == "jobs/f/plan.json"
    assert reader["ReaderConfig"] == {"InputType": "JSON"}


def test_a_chunk_that_is_given_up_keeps_its_number_and_its_error() -> None:
    [catcher] = STATES["Price a chunk"]["Catch"]
    seen = {"input": {"number": 7}, "errorOutput": {"Error": "Sandbox.Timedout"}}
    assert evaluate(catcher["Output"], states=seen) == {"number": 7, "error": "Sandbox.Timedout"}


def test_one_chunk_alone_is_still_a_list_to_whoever_joins() -> None:
    payload = STATES["Join the results"]["Arguments"]["Payload"]
    seen = {"input": [{"number": 0}]}
    assert evaluate(payload, states=seen, folder="f")["outcomes"] == [{"number": 0}]
