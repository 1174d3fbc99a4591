"""Trunks: the shared layers whose weights every sample pulls at.

trunk        what the landscape asks of the shared layers
perceptron   linear maps and ReLUs: the trunks with a closed form
module       any torch module: layers with a form are tapped, others go by torch.func
admit        what a module must show before it is let in as a trunk
parameters   which of its parameters count
nets         the convolutional trunks
brought      a module or weights of the user's
"""
