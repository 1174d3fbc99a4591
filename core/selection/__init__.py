"""Samples of the landscape that somebody looks at.

profile     what sets some of them apart, column by column
pull        which tasks they pull together or apart
one_sample  what one of them is like
"""
