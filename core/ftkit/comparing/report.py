"""PLACEHOLDER"""
from ftkit.json_text import as_json
def write_report(results, folder):
    folder.write("results.json", as_json(results.as_dict(), indent=1))
