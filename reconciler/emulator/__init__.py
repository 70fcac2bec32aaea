"""A small Azure on loopback: enough of ARM and Entra to link, read and remove partner IDs.

It imports nothing else of ours, so that it can judge the client without sharing its mistakes.
"""
