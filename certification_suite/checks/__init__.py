"""What Clever asks, programme by programme: a declaration, and under it the function that judges.

Rules of the house: judge effects (journal, pages, probe), never a status code alone; before expecting a
refusal show that the right key opens the same door; choose subjects from what the app already shows, so
that one defect trips one check; never wait to see that nothing happens.
"""
