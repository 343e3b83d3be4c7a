"""The built-in plugins of ftkit: each uses the public API alone, as any other distribution's would."""
