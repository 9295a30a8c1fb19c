"""Kernels that ship: modules that `symbn kernels` made from the notes in `derivations`.

batchnorm              NumPy
batchnorm_numba        Numba (the extra `numba`)
batchnorm_array_api    any library that follows the array API standard (the extra `array-api`)
"""
