"""Tiny plugins to pair with a plugin under test: two backbones, a method and a task; nothing is downloaded.

They are plugins like any other and pass the kit themselves.
"""
