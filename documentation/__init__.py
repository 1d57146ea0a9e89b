"""The generated pages: what is deployed, which promises it keeps, which tests prove it (`make docs`)."""
