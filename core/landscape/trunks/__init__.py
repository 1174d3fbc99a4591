"""Trunks: the shared layers whose weights every sample pulls at. Anybody's module can be one.

    from torch import nn

    from core import bring, load_example, load_table, preset, run
    from core.inputs import model_inputs

    class Stay(nn.Module):  # rows in, features out; samples apart
        def __init__(self, n_inputs):
            super().__init__()
            self.n_steps = n_inputs // 5
            self.memory = nn.LSTM(5, 16, batch_first=True)
            self.norm = nn.LayerNorm(16)  # batch statistics would couple samples

        def forward(self, x):
            steps = x[:, : self.n_steps * 5].reshape(len(x), self.n_steps, 5)
            return self.norm(self.memory(steps)[0][:, -1])

    frame, targets = load_example("cohort")
    table = load_table(frame, targets=targets)
    trunk = Stay(model_inputs(table).shape[1])
    report = run(table, preset("quick"), brought=bring(trunk=trunk))
    print(report.recommended.decision, report.recommended.reason)

The module is copied and left as it was; norm layers and dropout are at rest in the copy.

trunk        what the landscape asks of the shared layers
perceptron   linear maps and ReLUs: the trunks with a closed form
module       any torch module: layers with a form are tapped, others go by torch.func
admit        what a module must show before it is let in as a trunk
readable     whether a module can be looked into
parameters   which of its parameters count
brought      a module or weights of the user's
"""
