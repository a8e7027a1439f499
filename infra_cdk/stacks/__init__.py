"""Stacks by concern: data, messaging, trading, API."""
