"""Attention and chains of elementwise operations in PyTorch, each in the forms that may be fastest.

    ops_torch.py attention-forward|attention-both [--form heads-first|positions-first]
    ops_torch.py gelu-chain  [--form eager|buffers-kept|compiled]
    ops_torch.py layer-norm  [--form eager|compiled]
    ops_torch.py adamw       [--form fused|foreach|compiled]

The chains run over 16 M floats, attention over 4096 positions and 4 heads of 144, causal.
"""
import torch
import torch.nn.functional as F

import peer

COUNT = 1 << 24
FORMS = {
    "attention-forward": ["heads-first", "positions-first"],
    "attention-both": ["heads-first", "positions-first"],
    "gelu-chain": ["eager", "buffers-kept", "compiled"],
    "layer-norm": ["eager", "compiled"],
    "adamw": ["fused", "foreach", "compiled"],
}


def numbers(*shape):
    return torch.rand(shape) * 2 - 1


def attention(form, hasGradients):
    length, heads, width = 4096, 4, 144
    if form == "heads-first":
        tensors = [numbers(1, heads, length, width) for _ in range(4)]
    else:
        tensors = [numbers(1, length, heads, width).transpose(1, 2) for _ in range(4)]
    *leaves, cotangent = tensors

    def forward():
        with torch.inference_mode():
            F.scaled_dot_product_attention(*leaves, is_causal=True)

    def both():
        q, k, v = (t.detach().requires_grad_() for t in leaves)
        F.scaled_dot_product_attention(q, k, v, is_causal=True).backward(cotangent)

    return both if hasGradients else forward


def gelu_chain(form):
    x, r = numbers(COUNT), numbers(COUNT)
    kept = torch.empty(COUNT), torch.empty(COUNT)

    def eager(x, r):
        return F.gelu(x * 1.25 + 0.125) + r

    def buffers_kept(x, r):
        torch.mul(x, 1.25, out=kept[0]).add_(0.125)
        torch.ops.aten.gelu.out(kept[0], out=kept[1])
        return kept[1].add_(r)

    chain = {"eager": eager, "buffers-kept": buffers_kept, "compiled": torch.compile(eager)}[form]

    def body():
        with torch.inference_mode():
            chain(x, r)

    return body


def layer_norm(form):
    x, scale, shift = numbers(COUNT // 1024, 1024), numbers(1024), numbers(1024)

    def eager(x):
        return F.layer_norm(x, (1024,), scale, shift, 1e-5)

    norm = torch.compile(eager) if form == "compiled" else eager

    def body():
        with torch.inference_mode():
            norm(x)

    return body


def adamw(form):
    weight = torch.nn.Parameter(numbers(COUNT))
    weight.grad = numbers(COUNT)
    optimizer = torch.optim.AdamW(
        [weight], lr=1e-3, fused=form == "fused", foreach=form != "fused")
    if form == "compiled":
        step = torch.compile(lambda: optimizer.step())
        return step
    return optimizer.step


def measure(arguments):
    case, form = arguments.case, arguments.form
    if case.startswith("attention"):
        body = attention(form, hasGradients=case == "attention-both")
    else:
        body = {"gelu-chain": gelu_chain, "layer-norm": layer_norm, "adamw": adamw}[case](form)
    peer.report(arguments, peer.seconds(arguments.runs, body, warm_ups=3))


def main():
    every = sorted({form for forms in FORMS.values() for form in forms})
    parser = peer.parser(list(FORMS), every, runs=15)
    parser.set_defaults(form=None)
    arguments = parser.parse_args()
    arguments.form = arguments.form or FORMS[arguments.case][0]
    if arguments.form not in FORMS[arguments.case]:
        parser.error(f"{arguments.case} has no form {arguments.form}")
    peer.run(measure, arguments)


if __name__ == "__main__":
    main()
