"""Scripts that paint the pictures of the site; `make_pictures.py` runs them."""
