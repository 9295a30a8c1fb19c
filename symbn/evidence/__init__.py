"""The second path: both sides of a claim evaluated by explicit entries at small sizes.

`counterexample.search` refutes, `counterexample.confirm` gives a second opinion on what was proved; neither proves.
Nothing here is shared with `symbn.core`.
"""
