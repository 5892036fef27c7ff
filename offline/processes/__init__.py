"""The processes that the language host starts: one for the program, one for all stand-ins, one for each dynamic
provider. Apart from each other, as the official ones are: none sees the others' modules, environment or output.
"""
