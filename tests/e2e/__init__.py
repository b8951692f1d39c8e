"""The whole product as `make run` starts it, driven from outside."""
