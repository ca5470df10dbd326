"""What people see of Clever: the way in, and the pages that say why there is none; no script needed.."""
