"""The steps of the guide as components, one a file; they only wire."""
