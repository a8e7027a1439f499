"""Pictures. They need matplotlib, the extra ``plot``, and are imported where one is drawn."""
