"""What a kill switch tells a book."""

from zerodesk.instruments import TradingState
from zerodesk.kills import Kill
from zerodesk.orders import SetStateCommand


def clearing_command(symbol: str, kill: Kill, at_ms: int) -> SetStateCommand:
    """Return the command that halts a book and cancels every order in it.

    ``at_ms`` is now: the switch may have been turned on long ago, and a book refuses what is old.
    """
    return SetStateCommand(
        kind="set_state",
        command_id=f"kill-{symbol}-{at_ms}",
        symbol=symbol,
        state=TradingState.HALTED.value,
        reason=kill.state_reason,
        by=kill.author,
        clears=True,
        accepted_at_ms=at_ms,
    )
