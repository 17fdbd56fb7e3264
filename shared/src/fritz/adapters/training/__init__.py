"""Training with JAX and optax, and networks written as ONNX files; needs the extra ``train``."""
