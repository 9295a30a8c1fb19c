"""Kernels: proved equations as numeric code, made from the author's form of them."""
