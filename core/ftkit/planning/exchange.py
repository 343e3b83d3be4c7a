"""Names of the files that the planning process and the probed one leave for each other."""

RECIPE, REPORT, ERROR, SCRATCH = "recipe.yaml", "report.json", "error.json", "run"
