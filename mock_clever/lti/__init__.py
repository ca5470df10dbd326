"""LTI 1.3: an LMS as the platform, and an application as the tool it launches (lms-connect 9.2).

Clever's documents name no claim, issuer or key of such a launch, so all of it follows the standard, and what the
standard leaves open is ours. Nothing here asks anybody for anything: a tool's keys are registered, never fetched.
"""
