"""Many pictures: found or listed, named, told apart from those that are done, and painted by an executor."""
