"""The images without a container engine: each step is run in a folder, and the processes are started from there."""
