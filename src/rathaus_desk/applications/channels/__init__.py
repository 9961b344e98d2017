"""The ways applications arrive. Each yields deliveries; the intake is the same for all."""
