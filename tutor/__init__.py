"""A tutor for neural networks in PyTorch that lives in the terminal."""

__version__ = "0.1.0"
