"""Files of option chains: three formats, told apart by their header line.

They need numpy, and so are imported where a chain is read and nowhere else.
"""

from zerodesk_client.chains.reading import read_chain
from zerodesk_client.chains.recorded import ChainOptions, RecordedChain

__all__ = ["ChainOptions", "RecordedChain", "read_chain"]
