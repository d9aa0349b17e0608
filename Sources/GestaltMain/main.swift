import GestaltCommand

GestaltProgram.run()
