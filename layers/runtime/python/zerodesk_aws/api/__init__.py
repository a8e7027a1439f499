"""The edge: bytes from outside become typed requests here, or problem documents."""
