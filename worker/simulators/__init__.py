"""Simulated tenants and payment service: they speak only the public contracts."""
