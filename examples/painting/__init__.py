"""Painterly pictures made from arithmetic: each module holds one idea, and make_styles.py puts them to use."""
