"""Layers of a trunk: what they add to the distance and the angle of two displacements.

pull         what the layers of any trunk add: outer products, sums of them, or whole gradients
taps         linear maps and convolutions, from what they were fed and what came back
written_out  recurrent layers and attention as the linear maps they are made of
by_row       gradients of single rows by any other parameter
crossed      a layer's part in the distance of every two samples
rank_one     the exact L1 distance of the gradients of two samples
"""
