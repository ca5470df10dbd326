"""What programs ask of Clever: the token endpoint, identity and data. Views raise refusals and know no faults."""
