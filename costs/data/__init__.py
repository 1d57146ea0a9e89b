"""Facts: list prices in US dollars, each with its source, and what is paid for by use."""
