"""What only people can answer: the questionnaire, what was seen for it, and the answers that are kept."""
