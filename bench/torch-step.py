"""Times the training step and the inference of a small ResNet in PyTorch: the yardstick of compare.ts.

usage: torch-step.py --backbone resnet-tiny --width 32 --batch-size 128 --image-size 32 --steps 10 [--channels-last]
  [--threads N]

The same network, loss and optimizer as `ssl bench`: a CIFAR stem, stages of basic blocks with widths W, 2W, 4W, …
(`resnet-tiny`: three of one block; `resnet18`: four of two), global average pooling, a linear layer of ten classes
with bias, cross-entropy, and SGD with momentum 0.9. The batch is in memory. Prints one line of JSON, of the form that
`ssl bench --json` prints.
"""

import argparse
import json
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn


# Blocks of each stage, and the channels of the first one where nothing is said.
BACKBONES = {"resnet-tiny": ([1, 1, 1], 16), "resnet18": ([2, 2, 2, 2], 64)}


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


def create_network(stages, width):
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    channels = width
    for stage, blocks in enumerate(stages):
        for _ in range(blocks):
            layers.append(BasicBlock(channels, width * 2**stage))
            channels = width * 2**stage
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)
    )


def measure(work, batch_size, steps):
    """Times of `steps` runs after two that do not count, and the processor time that a run took."""
    work()
    work()
    times = []
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(steps):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3 / steps
    times.sort()
    median = (times[(steps - 1) // 2] + times[steps // 2]) / 2
    return {
        "imagesPerSecond": batch_size / median * 1e3,
        "stepMs": {"min": times[0], "median": median, "max": times[-1]},
        "processorMs": processor,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--backbone", choices=BACKBONES, default="resnet-tiny")
    parser.add_argument("--width", type=int)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--channels-last", action="store_true")
    options = parser.parse_args()
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    stages, default_width = BACKBONES[options.backbone]
    width = options.width or default_width
    network = create_network(stages, width)
    size = options.image_size
    x = torch.randn(options.batch_size, 3, size, size)
    labels = torch.arange(options.batch_size) % 10
    if options.channels_last:
        network = network.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), 0.01, 0.9)

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    def infer():
        with torch.no_grad():
            return network(x)[0, 0].item()

    trained = measure(train, options.batch_size, options.steps)
    network.eval()
    inferred = measure(infer, options.batch_size, options.steps)
    document = {
        "backend": f"torch {torch.__version__}{', channels-last' if options.channels_last else ''}",
        "threads": torch.get_num_threads(),
        "backbone": options.backbone,
        "width": width,
        "batchSize": options.batch_size,
        "train": trained,
        "inference": inferred,
        "peakMemoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(document))


main()
