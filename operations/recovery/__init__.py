"""Recoveries: `python -m operations recover …`, each a plan of steps that is told, agreed to and carried out.

One more of them is a function that gives a `steps.Recovery`, and a command that hands it to
`session.carry_out`:

    def recovery_of_files(…) -> Recovery:
        copy = Step(
            name="copy",                                  # one word; unique in the recovery
            does="copy 4,180 objects of documents as they were at 14:30 UTC",
            wait=Wait.QUICK,                              # how long: timing/data/recovery.py has it
            done=lambda: nothing_is_left_to_copy(),       # asks AWS, cheap; True when there is nothing to do
            act=lambda progress: copy_objects(progress),  # may be called again after it was killed anywhere
        )
        return Recovery(kind="files", environment="prod", situation=(…), loss="…", steps=(copy,), …)

What comes with it: the plan with its times is printed first, and the environment's name is typed to begin;
a second person is kept out (`run.Runs`); a step that is done is passed over, so that the same command goes
on after a Ctrl-C or a lost connection; each step's end is written down in the backups bucket and in
`recoveries/` of the checkout, as JSON and Markdown.

What a step decides and a later run has to know (which instance it restores to) is in `Run.about`: it is
written before the first step, and found again by whoever goes on.

Files (`files.py`) come back without this frame: they are thousands of small steps that S3 itself tells the
state of, and nobody is kept out while another recovery is under way.

Errors: `ChecksFailed` when what was restored is not good and nothing was switched (exit code 3);
`OperationFailed` for everything else that did not work (1), `OperationError` for wrong input (2).
"""
