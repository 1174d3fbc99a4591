"""How far fitted heads move with the patients: probes fitted again on half of them, and again.

A measure that compares what the probes of two tasks read hardly changes with the rows that it is
read on, and a great deal with the rows that the probes were fitted on. Blocks of rows re-weighted
under the same probes do not show that: on a generated cohort of 900 training rows their 95 %
intervals of |cosine| held the value expected of such a cohort for 10 pairs in 100.

    halves    which patients
    again     the probes of a half, from where those of all patients stand
    slopes    what every row says of these, where only some are searched
    readings  what the probes of a half are read on
    measure   every half, side by side
"""
