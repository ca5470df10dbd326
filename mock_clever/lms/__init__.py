"""LMS Connect: how a district's learning management system is joined to Clever, and the coursework kept in it."""
