"""External catalogs: what they are, how their files read, and how alerts are matched with them."""
