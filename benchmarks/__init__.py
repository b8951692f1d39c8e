"""How fast it is: each module measures one promise, as a ratio or a difference within one run."""
