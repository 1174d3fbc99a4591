"""Memory of the machine: what is free; where it runs out, know the error and free what it left."""

_WORDS = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "status_alloc_failed",  # of the libraries of CUDA: CUBLAS_STATUS_ALLOC_FAILED
)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out; PyTorch has several ways of saying so."""
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in _WORDS)


def explain_shortage(error: Exception) -> str:
    """What a person is told, and can do, where memory ran out for good; one line."""
    if "cuda" in f"{error} {error.__cause__}".lower():
        return (
            "The GPU ran out of memory; choose the CPU (--device cpu), the preset quick or a "
            "smaller table."
        )
    return "The machine ran out of memory; try the preset quick or a smaller table."


def free_memory() -> int:
    """Bytes that may be taken without pushing others out."""
    import psutil

    return int(psutil.virtual_memory().available)


def give_back() -> None:
    """Free what work that failed left behind."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
