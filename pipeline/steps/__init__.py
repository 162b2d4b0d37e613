"""The life of a post, step by step. Each step can be killed and run again, or run twice: the same state results.

plan → collect → judge (classify, recount, evaluate, deliver) → forget
"""
