"""Simulated agents: a client of one dialect on an upstream of another, over several turns with tools and thinking.

Written by hand in each dialect's own words, without the library: `upstreams` says what a service answers, `clients`
what a program sends next, and `talk` lets the two speak through an Exchange.
"""
