"""Two sets of pictures, compared by people or programs that do not know which is which."""
