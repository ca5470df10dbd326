"""One run, told to a person at a terminal, to a reader, to CI (twice), to a security scanner and to a program.

machine.py writes the run down once, as report.json holds it. The others tell that in other forms and know nothing
else; only the terminal also sees each verdict as it falls.
"""
