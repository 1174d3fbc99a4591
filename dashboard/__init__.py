"""The window: draws values from core and computes nothing."""
