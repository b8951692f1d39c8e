"""Two throw-away accounts against a deployment: whatever one of them does, nothing of the other's comes out."""
