"""The prior's frame encoder: a residual network of 34 layers over [B, 3, n, H, W].

Every convolution pads with zeros on both sides and has no bias; a norm is an ordinary layer norm over
the channels of one position. Names of parameters are VideoGPT's.

`form` "original" runs 3-D convolutions on contiguous tensors and moves channels for every norm.
"best" keeps channels last, so that norms read memory in order; one frame alone runs as a 2-D network,
since the outer temporal taps then only meet padding.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ChannelNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.ModuleDict({"norm": nn.LayerNorm(channels)})

    def forward(self, x):
        return self.norm["norm"](x.movedim(1, -1)).movedim(-1, 1)


class Conv(nn.Conv3d):
    """A 3-D convolution that also takes one frame as [B, C, H, W]: its middle temporal slice."""

    def __init__(self, inputs, outputs, kernel, stride=1):
        stride = (1, stride, stride)
        super().__init__(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        self.flat = None

    def prepare(self):
        """Keeps the middle slice in the layout that 2-D inference wants."""
        middle = self.weight.detach()[:, :, self.kernel_size[0] // 2]
        self.flat = middle.contiguous(memory_format=torch.channels_last)

    def forward(self, x):
        if x.dim() == 5:
            return super().forward(x)
        weight = self.flat
        if weight is None or torch.is_grad_enabled():
            weight = self.weight[:, :, self.kernel_size[0] // 2]
        return F.conv2d(x, weight, None, self.stride[1:], self.padding[1:])


class ResidualUnit(nn.Module):
    def __init__(self, inputs, outputs, stride=1, project=False):
        super().__init__()
        if project:
            self.proj_conv = Conv(inputs, outputs, 1, stride)
            self.proj_bnr = ChannelNorm(outputs)
        self.conv1 = Conv(inputs, outputs, 3, stride)
        self.bnr1 = ChannelNorm(outputs)
        self.conv2 = Conv(outputs, outputs, 3)
        self.bnr2 = ChannelNorm(outputs)
        self.project = project

    def forward(self, x):
        shortcut = self.proj_bnr(self.proj_conv(x)) if self.project else x
        y = F.relu(self.bnr1(self.conv1(x)))
        return F.relu(F.relu(self.bnr2(self.conv2(y))) + shortcut)


class Group(nn.Module):
    def __init__(self, blocks, inputs, outputs, stride):
        super().__init__()
        self.start_block = ResidualUnit(inputs, outputs, stride, project=True)
        self.blocks = nn.ModuleList(ResidualUnit(outputs, outputs) for _ in range(blocks - 1))

    def forward(self, x):
        x = self.start_block(x)
        for block in self.blocks:
            x = block(x)
        return x


class FrameEncoder(nn.Module):
    """[B, 3, n, H, W] to [B, n, H/4, W/4, outputs]."""

    def __init__(self, width=64, outputs=240, form="best", blocks=(3, 4, 6, 3)):
        super().__init__()
        self.form = form
        self.stem = nn.Sequential(Conv(3, width, 3), ChannelNorm(width), nn.ReLU())
        self.group1 = Group(blocks[0], width, width, 1)
        self.group2 = Group(blocks[1], width, 2 * width, 2)
        self.group3 = Group(blocks[2], 2 * width, 4 * width, 2)
        self.group4 = Group(blocks[3], 4 * width, outputs, 1)

    def prepare(self):
        for module in self.modules():
            if isinstance(module, Conv):
                module.prepare()
        return self

    def stages(self, x):
        """Outputs of the stem and of the four groups, channels first."""
        flat = self.form == "best" and x.shape[2] == 1
        if flat:
            x = x[:, :, 0].contiguous(memory_format=torch.channels_last)
        elif self.form == "best":
            x = x.contiguous(memory_format=torch.channels_last_3d)
        outputs = []
        for part in (self.stem, self.group1, self.group2, self.group3, self.group4):
            x = part(x)
            outputs.append(x.unsqueeze(2) if flat else x)
        return outputs

    def forward(self, x):
        return self.stages(x)[-1].movedim(1, -1)
