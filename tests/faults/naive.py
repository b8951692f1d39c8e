"""A gateway as many are written: no key for a message, and an answer that lives and dies with its response.

The negative control of the fault run: the same run against this one must find losses and doubles.
"""
