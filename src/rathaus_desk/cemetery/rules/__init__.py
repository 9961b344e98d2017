"""The decisions of the cemetery office as pure functions: no session, no clock, no SQL.

Each answers with a small frozen value that holds the result *and* the reason, a German sentence with the
figures and the paragraph it used. What a rule forbids it refuses by ``kernel.errors.Refused`` with that same
kind of sentence.

====================  =======================================================================
``terms``             what a statute says about each kind of grave
``rest``              how long somebody must rest, and how long the grave does
``capacity``          who fits where
``right``             how long a right of use runs, and by how much it must be extended
``window``            when a burial may be held after the death
``entitlement``       who may be buried here
``succession``        who follows a holder who has died
``surrender``         whether a right may be handed back early
``checks``            what cannot be right in a grave's record
====================  =======================================================================
"""
