"""From what is installed to hooks that can be called.

    names           how names are written and compared
    sources         a module's place and its docstring, read as text
    distributions   what each installed distribution declares, from metadata alone
    catalogue       the plugins among it, each with its status; nothing is imported
    faults          what is laid at a plugin's door
    resolution      the name a person typed -> one plugin of the catalogue
    registration    implementations checked against their specs; one run's hooks
    guard           what a plugin may not change while its code runs
    loading         importing one plugin under the guard, blaming its faults on it
    probe_child     the inside of a process in which one plugin is tried
    probe_report    what such a process left behind
    probe           such processes started, watched and ended
    matrix          which method and which task works on which backbone

Each line uses only lines above it.
"""
