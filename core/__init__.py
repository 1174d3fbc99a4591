"""The engine: which prediction tasks should share a model."""
