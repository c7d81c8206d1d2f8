"""The official Node SDKs and the Vercel AI SDK as judges, in a job of its own: `make judge-node`.

`cases` translates, and says what is to be seen; one script a client (`*.mjs`) reads everything over a real loopback
server and prints what it saw; `clients` says who reads which dialect, and what of it; `deviations` where an SDK sees
something else than was written, with the reason. Nothing here runs in `make test`.
"""
