"""Kernels that ship: modules that `symbn kernels` made from the notes in `derivations`.

batchnorm      derivations/batchnorm_layer.md
layernorm      derivations/layer_norm.md
rmsnorm        derivations/rms_norm.md
crossentropy   derivations/cross_entropy_layer.md
attention      derivations/attention_layer.md

Each as it is with NumPy; `…_numba` with Numba (the extra `numba`), `…_array_api` with any library that follows the
array API standard (the extra `array-api`).
"""
