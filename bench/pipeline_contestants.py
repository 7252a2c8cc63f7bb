"""dvx and the tools that run pipelines: the same stages written for each tool, and the command of each tool
for each row.
"""

from contestants import PEERS, Contestant, Dvc, Dvx, install_packages, install_python


class Stage:
    """A stage that makes `output` from `inputs` by a `command` that names them."""

    def __init__(self, name, inputs, output):
        self.name, self.inputs, self.output = name, inputs, output
        self.command = f"cp {inputs[0]} {output}" if len(inputs) == 1 else f"cat {' '.join(inputs)} > {output}"


def chains(count):
    """Makes chains of ten stages each. The very last stage also reads LEAF, so that it alone can be made
    stale.
    """
    stages = []
    for i in range(count):
        inputs = [f"in/{i}.txt" if i % 10 == 0 else f"out/{i - 1}.txt"]
        if i == count - 1:
            inputs.append(LEAF)
        stages.append(Stage(f"s{i}", inputs, f"out/{i}.txt"))
    return stages


LEAF = "in/leaf.txt"


class Pipelines:
    """The additional methods of a contestant that runs pipelines: writing a file of stages, and running it.
    """

    def write_stages(self, directory, stages):
        raise NotImplementedError

    def repro(self):
        """Runs the stages with two jobs, where the tool supports that."""
        raise NotImplementedError

    def what_is_stale(self):
        return None

    def listing(self):
        """Reads the file of stages and does nothing with them."""
        return None

    def cold_listing(self):
        """Does the same when the whole file has to be parsed."""
        return None


def write_yaml(path, stages):
    lines = ["stages:"]
    for stage in stages:
        lines += [f"  {stage.name}:", f"    cmd: {stage.command}", f"    deps: [{', '.join(stage.inputs)}]",
                  f"    outs: [{stage.output}]"]
    path.write_text("\n".join(lines) + "\n")


class DvxPipelines(Pipelines, Dvx):
    def write_stages(self, directory, stages):
        write_yaml(directory / "dvx.yaml", stages)

    def repro(self):
        return [self.dvx, "repro", "-q", "-j2"]

    def what_is_stale(self):
        return [self.dvx, "status"]

    def listing(self):
        return [self.dvx, "stage", "list", "--names"]

    def cold_listing(self):
        return f"rm -f .dvx/pipeline.cache; {self.dvx} stage list --names"


class DvcPipelines(Pipelines, Dvc):
    def write_stages(self, directory, stages):
        write_yaml(directory / "dvc.yaml", stages)

    def repro(self):
        return [self.program, "repro", "-q"]

    def what_is_stale(self):
        return [self.program, "status", "-q"]


class Snakemake(Pipelines, Contestant):
    name = "snakemake"
    program = PEERS / "snakemake/bin/snakemake"

    def install(self):
        install_python("snakemake", "snakemake")

    def start(self):
        return "true"

    def write_stages(self, directory, stages):
        read = {path for stage in stages for path in stage.inputs}
        last = [stage.output for stage in stages if stage.output not in read]
        lines = ["rule all:", f"    input: {last!r}"]
        for stage in stages:
            lines += [f"rule {stage.name}:", f"    input: {stage.inputs!r}", f"    output: {stage.output!r}",
                      f"    shell: {stage.command!r}"]
        (directory / "Snakefile").write_text("\n".join(lines) + "\n")

    def repro(self):
        return [self.program, "--cores", "2", "--quiet", "all"]

    def what_is_stale(self):
        return [self.program, "--dry-run", "--quiet", "all"]


class Make(Pipelines, Contestant):
    name = "make"

    def install(self):
        install_packages("make")

    def start(self):
        return "true"

    def write_stages(self, directory, stages):
        lines = ["all: " + " ".join(stage.output for stage in stages)]
        for stage in stages:
            lines += [f"{stage.output}: {' '.join(stage.inputs)}", f"\t@{stage.command}"]
        (directory / "Makefile").write_text("\n".join(lines) + "\n")

    def repro(self):
        return ["make", "-s", "-j2"]

    def what_is_stale(self):
        return ["make", "-q"]


KNOWN = {c.name: c for c in (DvcPipelines, Snakemake, Make)}
