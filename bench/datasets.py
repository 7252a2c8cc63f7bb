"""The data sets of the benchmark. They are made from seeds and changed in known ways."""

import os
import random

BLOCK = 1 << 16


class Small:
    """`count` incompressible files of about `size` bytes, a hundred in each directory."""

    name, data, floor_checkout = "small files", "data.dir", "create"

    def __init__(self, count, size):
        self.count, self.size = count, size
        self.name = f"{count:,} files of {size // 1000 or 1} KB"

    def write(self, path):
        noise = random.Random(1)
        block = noise.randbytes(1 << 20)
        for i in range(self.count):
            folder = path / f"{i // 100:05}"
            if i % 100 == 0:
                folder.mkdir(parents=True)
            start = noise.randrange(len(block) - 2 * self.size)
            length = noise.randrange(self.size * 8 // 10, self.size * 12 // 10)
            # The number at the start makes each file different from all others.
            (folder / f"{i:07}.bin").write_bytes(i.to_bytes(8, "big") + block[start:start + length])

    def change(self, path):
        """Changes the bytes of one file in a hundred."""
        for folder in sorted(path.iterdir()):
            file = sorted(folder.iterdir())[7]
            file.write_bytes(os.urandom(8) + file.read_bytes()[8:])


class Big:
    """One incompressible file."""

    data, floor_checkout = "big.bin", "pack"

    def __init__(self, size):
        self.size = size
        self.name = f"a file of {size / 1e9:.3g} GB"

    def write(self, path):
        noise = random.Random(2)
        with open(path, "wb") as out:
            for _ in range(self.size >> 22):
                out.write(noise.randbytes(1 << 22))

    def change(self, path):
        """Inserts 1 KB after the first third, and changes one block of 64 KB in a thousand."""
        fresh = path.with_suffix(".fresh")
        with open(path, "rb") as old, open(fresh, "wb") as out:
            third = os.path.getsize(path) // 3
            index = 0
            while piece := old.read(BLOCK):
                if index % 1000 == 500:
                    piece = os.urandom(len(piece))
                if index == third // BLOCK:
                    out.write(os.urandom(1024))
                out.write(piece)
                index += 1
        os.replace(fresh, path)


class Csv:
    """One table."""

    data, floor_checkout = "table.csv", "pack"

    def __init__(self, size):
        self.size = size
        self.name = f"a CSV of {size / 1e9:.3g} GB"

    def write(self, path):
        noise = random.Random(3)
        rows = [f"{noise.randrange(10**6)},{noise.random():.6f},{noise.choice(['red', 'green', 'blue'])},"
                f"2026-{noise.randrange(1, 13):02}-{noise.randrange(1, 29):02},{noise.gauss(0, 1):.4f}"
                for _ in range(20_000)]
        with open(path, "w") as out:
            out.write("row,id,share,colour,day,score\n")
            row = 0
            while out.tell() < self.size:
                noise.shuffle(rows)
                out.write("".join(f"{row + i},{text}\n" for i, text in enumerate(rows)))
                row += len(rows)

    def change(self, path):
        """Appends a hundredth of the size."""
        with open(path, "r+b") as out:
            out.seek(self.size // 2)
            piece = out.read(self.size // 100)
            out.seek(0, os.SEEK_END)
            out.write(piece[piece.index(b"\n") + 1:piece.rindex(b"\n") + 1])
