"""The settlement workflow, state by state: what each passes on."""

import pytest

from tests.functions.workflow_files import errors_named, evaluate, faults_of, load, states

STATES = states(load("settlement_workflow"))

ENTRY = {
    "Source": "zerodesk.settlement",
    "DetailType": "TradeSettled",
    "Detail": "{}",
    "EventBusName": "zerodesk-local",
}


def test_every_fault_on_the_card_of_settlement_is_retried() -> None:
    assert "ServiceBusyError" in faults_of("settlement")
    assert faults_of("settlement") <= errors_named(STATES["Settle accounts"])


def test_settlement_gets_the_symbol_in_every_round() -> None:
    """From the execution's input: in the second round the state's own input is another."""
    context = {"Execution": {"Input": {"symbol": "BTC-USD"}}}

    payload = evaluate(
        STATES["Settle accounts"]["Arguments"]["Payload"], states={"context": context, "input": {}}
    )

    assert payload == {"symbol": "BTC-USD"}


@pytest.mark.parametrize("entries", [[ENTRY], [ENTRY] * 10])
def test_entries_reach_the_bus_as_settlement_wrote_them(entries: list[dict[str, str]]) -> None:
    sent = evaluate(STATES["Put events"]["Arguments"]["Entries"], states={"input": entries})

    assert sent == entries


@pytest.mark.parametrize("announcements", [[], [[ENTRY]], [[ENTRY], [ENTRY, ENTRY]]])
def test_one_call_to_the_bus_for_each_list(announcements: list[list[dict[str, str]]]) -> None:
    items = evaluate(STATES["Announce"]["Items"], settled={"announcements": announcements})

    assert items == announcements


@pytest.mark.parametrize(("more", "following"), [(True, "Settle accounts"), (False, "Settled")])
def test_it_settles_on_while_the_book_goes_on(*, more: bool, following: str) -> None:
    state = STATES["More?"]
    [choice] = state["Choices"]

    goes_on = evaluate(choice["Condition"], settled={"more": more})

    assert (choice["Next"] if goes_on else state["Default"]) == following


def test_the_answer_names_the_book() -> None:
    output = evaluate(STATES["Settled"]["Output"], settled={"symbol": "BTC-USD"})

    assert STATES["Settled"]["End"] is True
    assert output == {"verdict": "SETTLED", "symbol": "BTC-USD"}
