"""What the commands of `core.__main__` do, apart from how they are called."""
