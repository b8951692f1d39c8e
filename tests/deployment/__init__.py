"""A deployment looked at from outside, without an account: is everything where it must be, and is nothing else?"""
