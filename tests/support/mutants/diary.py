"""The source of a correct extension."""

EXTENSION = '''"""Keep a diary of a run, and mark its inputs."""

from ftkit import Example, ExtensionInfo, hookimpl


@hookimpl
def describe_extension():
    return ExtensionInfo()


@hookimpl
def run_started(directory, recipe):
    (directory / "diary.txt").write_text(recipe["task"]["name"], encoding="utf-8")


@hookimpl
def trainer_arguments(arguments):
    return {"logging_steps": arguments["logging_steps"] * 2}


@hookimpl
def trainer_callbacks():
    from transformers import TrainerCallback

    return [TrainerCallback()]


@hookimpl(wrapper=True)
def format_example():
    example = yield
    return Example(f"diary {example.input}", example.target, example.references)


@hookimpl
def run_finished(directory, result):
    (directory / "diary.txt").write_text(str(result["steps"]), encoding="utf-8")
'''
