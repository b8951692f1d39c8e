"""What the product is measured against: programs of the pins of `requirements/bench.txt`, without the product."""
