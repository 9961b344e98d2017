"""The look: colours, type, distances, the one style sheet, icons, pills."""
