"""The compiled package (`make test-compiled`): it says what the sources say."""
