"""A small Azure on loopback: the parts of ARM and Entra that link, read and remove partner IDs.

It imports no other package of the program, so that it does not share the client's mistakes.
"""
